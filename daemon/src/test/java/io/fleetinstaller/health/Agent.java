package io.fleetinstaller.health;

import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.HealthCheck;
import io.fleetinstaller.release.HealthCheck.Probe;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.release.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Slots of an agent that exists only on paper. */
final class Agent {
  static final PackageName NAME = new PackageName("agent");
  static final String SERVICE = "agent.service";
  static final Path FOLDER = Path.of("/nowhere/packages/agent");

  private Agent() {}

  /** With the default terms and these probes. */
  static Slot slot(Probe... probes) {
    return slot(terms(probes));
  }

  static Slot slot(HealthCheck terms) {
    Release release =
        new Release(NAME, new Version("2.0"), Digest.of("two".getBytes(StandardCharsets.UTF_8)));
    return new Slot(
        release, FOLDER.resolve(release.slotName()), FOLDER.resolve("current"), descriptor(terms));
  }

  static HealthCheck terms(Probe... probes) {
    return new HealthCheck(
        Duration.ofSeconds(15),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        3,
        Duration.ofMinutes(3),
        Duration.ofMinutes(5),
        List.of(probes));
  }

  private static Descriptor descriptor(HealthCheck terms) {
    return new Descriptor(
        NAME,
        new Version("2.0"),
        new Platform("linux", "amd64"),
        List.of(new Descriptor.Service(SERVICE, null, null)),
        terms,
        Descriptor.Hooks.NONE,
        List.of(),
        List.of(),
        List.of(),
        Set.of(),
        Set.of(),
        1,
        1);
  }
}

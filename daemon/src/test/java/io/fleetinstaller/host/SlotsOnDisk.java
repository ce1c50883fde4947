package io.fleetinstaller.host;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Descriptor.Command;
import io.fleetinstaller.release.Descriptor.Service;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.HealthCheck;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.release.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes slots that can run, without the machinery that makes real ones: each service is a shell
 * script, with a unit for systemd beside it. One extra program, {@code bin/say}, writes its
 * arguments and exits with the number that is the first of them.
 */
public final class SlotsOnDisk {
  private static final String SAY = "#!/bin/sh\ns=$1\nshift\necho \"$@\"\nexit $s\n";
  private static final String HANG = "#!/bin/sh\nsleep 1000000\n";
  private static final String UNIT =
      """
      [Unit]
      Description=An agent of the contract test
      [Service]
      ExecStart=@CURRENT@/bin/PROGRAM
      Restart=always
      RestartSec=100ms
      TimeoutStopSec=1s
      [Install]
      WantedBy=multi-user.target
      """;

  private final Path packages;

  public SlotsOnDisk(Path packages) {
    this.packages = packages;
  }

  /** A whole slot of this version with these services. */
  public Slot slot(PackageName name, String version, Map<String, Behaviour> services)
      throws IOException {
    Digest digest = Digest.of((name + version + services).getBytes(StandardCharsets.UTF_8));
    Release release = new Release(name, new Version(version), digest);
    Path home = packages.resolve(name.value());
    Path path = home.resolve(release.slotName());
    for (Map.Entry<String, Behaviour> service : services.entrySet()) {
      program(path.resolve("bin/" + service.getKey()), service.getValue().script(version));
      Path unit = path.resolve("units/" + service.getKey());
      Files.createDirectories(unit.getParent());
      Files.writeString(unit, UNIT.replace("PROGRAM", service.getKey()));
    }
    program(path.resolve("bin/say"), SAY);
    program(path.resolve("bin/hang"), HANG);
    return new Slot(release, path, home.resolve("current"), descriptor(release, services));
  }

  /** Moves {@code current} to this slot, as the SWITCH step does after {@link Host#install}. */
  public void point(Slot slot) throws IOException {
    new DurableDisk().point(slot.current(), slot.path().getFileName());
  }

  private static Descriptor descriptor(Release release, Map<String, Behaviour> services) {
    List<Service> all =
        services.keySet().stream()
            .sorted()
            .map(name -> new Service(name, "units/" + name, command(name)))
            .toList();
    return new Descriptor(
        release.name(),
        release.version(),
        Platform.ofThisHost(),
        all,
        HealthCheck.DEFAULT,
        Descriptor.Hooks.NONE,
        List.of(),
        List.of(),
        List.of(),
        Set.of(),
        Set.of(),
        0,
        0);
  }

  private static Command command(String name) {
    return new Command(List.of("bin/" + name), Map.of(), null, Duration.ofSeconds(1));
  }

  private static void program(Path path, String script) throws IOException {
    Files.createDirectories(path.getParent());
    Files.writeString(path, script);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}

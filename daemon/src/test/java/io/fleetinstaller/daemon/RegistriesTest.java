package io.fleetinstaller.daemon;

import static io.fleetinstaller.supply.Editions.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.supply.Editions;
import io.fleetinstaller.supply.LayoutServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the settings say of downloads is true of them. */
@Timeout(60)
class RegistriesTest {
  private static final long RATE = 1 << 20;

  @TempDir Path folder;
  private final FakeTime time = new FakeTime();

  @Test
  void a_limit_with_hours_slows_downloads_in_these_hours_and_in_no_others() throws Exception {
    Editions editions = new Editions(folder);
    Digest one = editions.build("1", editions.tree(1));
    try (LayoutServer server = new LayoutServer(editions.layout());
        Registries registries = registries(server.address())) {
      time.jump(Instant.parse("2026-01-02T19:00:00Z"));
      Duration free = staged(registries, one, editions.slots("evening"));
      time.jump(Instant.parse("2026-01-02T12:00:00Z"));
      Duration limited = staged(registries, one, editions.slots("noon"));

      assertThat(free).isLessThan(Duration.ofSeconds(1));
      assertThat(limited).isGreaterThan(Duration.ofSeconds(Editions.LARGE / RATE - 1));
    }
  }

  private Registries registries(String address) throws Exception {
    Path file = folder.resolve("installer.yaml");
    Files.writeString(
        file,
        """
        registry: {repositories: ["%s"]}
        network: {limit: {rate: 1MiB, during: {from: "08:00", for: 10h, zone: UTC}}}
        """
            .formatted(address));
    return new Registries(new LiveSettings(file, false, time), time, new Random(1));
  }

  private Duration staged(Registries registries, Digest digest, Slots slots) throws Exception {
    Release release = registries.now().resolve(NAME, digest, Platform.ofThisHost()).release();
    Duration before = time.elapsed();
    Staging staging = new Staging(registries::now, slots);
    staging.unpack(PullingHost.upgrade(release), PullingHost.noting(new ArrayList<>()));
    assertThat(slots.read(NAME).whole()).hasSize(1);
    return time.elapsed().minus(before);
  }
}

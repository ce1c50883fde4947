package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The main job: a good release of a real agent stays, a bad one is taken back. */
@ExtendWith(GuestBed.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ExporterIT {
  private final Guest guest;
  private final Rig rig;

  ExporterIT(Guest guest) throws IOException {
    this.guest = guest;
    this.rig = new Rig(guest);
  }

  @BeforeAll
  void a_host_with_the_old_exporter() {
    rig.fresh(Rig.GOOD);
    rig.start();
    rig.bringTo("old");
  }

  @BeforeEach
  void that_remembers_no_failure() {
    rig.forget();
  }

  @Test
  void a_good_release_is_confirmed() {
    rig.bringTo("old");

    rig.bringTo("new");

    assertThat(rig.serving()).isEqualTo("1.9.0");
    assertThat(rig.slots()).hasSize(2).anyMatch(it -> it.startsWith("1.5.0-"));
  }

  @ParameterizedTest
  @CsvSource({
    "crashes, exited, status 3",
    "leaves, exited, status 0",
    "hangs, start-timeout, ''",
    "late, start-timeout, ''",
    "sick, probe-failed, 500",
    "stubborn, probe-failed, 500",
    "dies, exited, KILL"
  })
  void a_bad_release_is_taken_back(String release, String code, String detail) {
    rig.bringTo("new");

    rig.desire(release);
    Rig.Ended ended = rig.ended(release);

    assertThat(ended.end()).as(rig::story).isEqualTo("reverted");
    assertThat(ended.code()).as(ended.sentence()).isEqualTo(code);
    assertThat(ended.sentence()).contains(detail);
    assertThat(rig.serving()).isEqualTo("1.9.0");
    assertThat(rig.slots()).noneMatch(it -> it.startsWith("1.9.0-" + release));
  }

  @Tag("F72")
  @ParameterizedTest
  @CsvSource({"enabled, enable", "disabled, disable"})
  void the_unit_keeps_its_name_and_enablement(String enablement, String verb) {
    rig.bringTo("old");
    guest.sh("systemctl %s %s".formatted(verb, Rig.UNIT));
    guest.sh("systemd-run -q --unit=watch-enablement /usr/local/lib/bed/enablement");

    rig.bringTo("new");
    rig.desire("crashes");
    rig.ended("crashes");

    guest.sh("systemctl stop watch-enablement");
    assertThat(guest.sh("cat /run/enablement")).isEqualTo(Rig.UNIT + " " + enablement);
    assertThat(guest.sh("systemctl is-enabled %s || true".formatted(Rig.UNIT)))
        .isEqualTo(enablement);
  }
}

package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A daemon killed at any step of a real upgrade ends it well once it is started again. */
@ExtendWith(GuestBed.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KillIT {
  /** Far more calls than an upgrade makes; the loop ends at the first run that nothing killed. */
  private static final int ENOUGH = 100;

  private final Guest guest;
  private final Rig rig;

  KillIT(Guest guest) throws IOException {
    this.guest = guest;
    this.rig = new Rig(guest);
  }

  @BeforeAll
  void a_host_with_the_old_exporter() {
    rig.fresh(Rig.GOOD);
    rig.start();
    rig.bringTo("old");
    guest.sh("/usr/local/lib/bed/snapshot save");
  }

  /**
   * Every line of the journal is made durable by fdatasync, before a step begins and after it has
   * ended; renames are what changes the host's mind within the steps.
   */
  @Tag("F16")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "swift | fdatasync | 1 | FETCH UNPACK ARM SWITCH RESTART OBSERVE CONFIRM DISARM PRUNE",
        "swift | rename | 1 | UNPACK ARM SWITCH PRUNE",
        "crashes | fdatasync | 13 | OBSERVE SWITCH_BACK RESTART_OLD OBSERVE_OLD DISCARD",
        "crashes | rename | 7 | SWITCH_BACK DISCARD"
      })
  void killed_at_any_step_it_ends_well(String release, String calls, int first, String steps) {
    Set<String> killed = new TreeSet<>();
    int call = first;

    while (call <= ENOUGH && killDuring(release, calls, call)) {
      killed.add(lastStep(release));
      startAgain();
      assertGoodEnd(release, call);
      call++;
    }

    System.out.printf("%s, %s: %d kills, in %s%n", release, calls, call - first, killed);
    assertThat(call).isLessThan(ENOUGH);
    assertThat(killed).containsAll(Arrays.asList(steps.split(" ")));
  }

  /** Whether the daemon was killed before the upgrade had ended. */
  private boolean killDuring(String release, String calls, int call) {
    guest.sh("/usr/local/lib/bed/snapshot restore");
    rig.desire(release);
    guest.sh("/usr/local/lib/bed/killed-at %s %d".formatted(calls, call));
    guest.sh("systemctl start --no-block fleet-installer.service");
    String dead =
        "[ $(systemctl show -p SubState --value fleet-installer.service) = auto-restart ]";
    assertThat(guest.within(60, dead + " || " + rig.over(release))).as(rig::story).isTrue();
    return guest.holds(dead);
  }

  /** The step that the journal of the upgrade to this release speaks of last; none: no step yet. */
  private String lastStep(String release) {
    return guest.sh(
        """
        cd /var/lib/fleet-installer/journals/node-exporter
        journal=$(grep -l "$(cat /srv/releases/%s/digest)" -- *) || exit 0
        sed -nE 's/.*"(begun|done|failed)":"([A-Z_]+)".*/\\2/p' "$journal" | tail -1
        """
            .formatted(release));
  }

  private void startAgain() {
    guest.sh("/usr/local/lib/bed/killed-at none 0");
    rig.stop();
    rig.start();
  }

  private void assertGoodEnd(String release, int call) {
    Rig.Ended ended = rig.ended(release);
    boolean upgraded = "upgraded".equals(ended.end());
    assertThat(ended.end()).as("call %d: %s", call, ended).isIn("upgraded", "reverted");
    assertThat(rig.serving())
        .as("call %d: %s%n%s", call, ended, rig.story())
        .isEqualTo(upgraded ? "1.9.0" : "1.5.0");
    assertThat(rig.slots()).as("call %d: %s", call, ended).hasSize(upgraded ? 2 : 1);
  }
}

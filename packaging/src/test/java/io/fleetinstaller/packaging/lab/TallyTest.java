package io.fleetinstaller.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TallyTest {
  private static final String SILENT_FOR_TWO_SECONDS =
      "fired=x die\nsaw=1 -\nsaw=2000000001 1.5.0\n";
  private static final Strike FIRST = Strike.before("delete x", 1, Manner.DIE);
  private static final Strike SECOND = Strike.before(Strike.ANY, 3, Manner.EIO);

  @Test
  void a_wait_that_was_not_sat_out_is_told_beside_what_was_seen() {
    Tally tally = new Tally();

    tally.count(played(Route.DATA_REVERT, SILENT_FOR_TWO_SECONDS + "spared=306\n"));
    tally.count(played(Route.DATA_REVERT, SILENT_FOR_TWO_SECONDS));

    assertThat(tally.table())
        .anyMatch(line -> line.startsWith("| die | 2 | 0 |") && line.endsWith("| 2.0 s | 308 s |"));
  }

  @Test
  void where_nothing_had_to_serve_nothing_was_waited_for() {
    Tally tally = new Tally();

    tally.count(played(Route.INSTALL, "fired=x die\nspared=126\n"));

    assertThat(tally.table()).anyMatch(line -> line.endsWith("| 0.0 s | 0 s |"));
  }

  @Test
  void a_fault_that_did_not_happen_is_none_and_is_told() {
    Tally tally = new Tally();

    tally.count(played(Run.of(Route.UPGRADE, FIRST), "end=upgraded\n"));
    tally.count(played(Run.of(Route.UPGRADE, FIRST), "end=upgraded\nfired=1 die at x\n"));

    assertThat(tally.table()).anyMatch(line -> line.startsWith("| die | 2 | 1 | 2 upgraded |"));
    assertThat(tally.lastLines())
        .containsExactly(
            "guests: of 2 runs with faults 1 met all of them, 0 the first of two only, 1 none",
            "guests: 1 faults, 0 bricks");
  }

  @Test
  void a_pair_of_which_only_the_first_happened_is_a_single_fault() {
    Tally tally = new Tally();
    String first = "end=reverted\nfired=1 die at x\n";

    tally.count(played(Run.of(Route.REVERT, FIRST, SECOND), first));
    tally.count(played(Run.of(Route.REVERT, FIRST, SECOND), first + "fired=2 eio at y\n"));
    tally.count(played(Run.of(Route.REVERT, FIRST, SECOND), "end=reverted\n"));

    assertThat(tally.table())
        .anyMatch(line -> line.startsWith("| die | 1 | 0 | 1 reverted |"))
        .anyMatch(line -> line.startsWith("| die, then eio | 2 | 1 | 2 reverted |"))
        .contains("by the name of the effect and the manner: 1 different faults");
    assertThat(tally.lastLines())
        .containsExactly(
            "guests: of 3 runs with faults 1 met all of them, 1 the first of two only, 1 none",
            "guests: 2 faults, 0 bricks");
  }

  @Test
  void a_run_on_which_nothing_was_to_go_wrong_misses_nothing() {
    Tally tally = new Tally();

    tally.count(played(Run.of(Route.REVERT), "end=reverted\n"));

    assertThat(tally.table()).anyMatch(line -> line.startsWith("| nothing | 1 | 0 | 1 reverted |"));
    assertThat(tally.lastLines()).last().isEqualTo("guests: 0 faults, 0 bricks");
    assertThat(tally.missesMost()).isFalse();
  }

  @Test
  void no_time_is_taken_of_a_crash_that_was_to_meet_a_fault_and_did_not() {
    Tally tally = new Tally();

    tally.count(played(Run.of(Route.LATE_REVERT, FIRST), "saw=1 -\nsaw=2000000001 1.5.0\n"));

    assertThat(tally.table()).noneMatch(line -> line.startsWith("| crash of the candidate"));
  }

  @Test
  void a_switch_that_nobody_reads_is_noticed() {
    Tally tally = new Tally();
    Run run = Run.of(Route.UPGRADE, FIRST);

    tally.count(played(run, "end=upgraded\nfired=1 die at x\n"));
    tally.count(played(run, "end=upgraded\n"));
    boolean afterHalf = tally.missesMost();
    tally.count(played(run, "end=upgraded\n"));

    assertThat(afterHalf).isFalse();
    assertThat(tally.missesMost()).isTrue();
  }

  @Test
  void the_silence_of_a_scenario_is_told_and_may_be_the_slowest() {
    Tally tally = new Tally();

    tally.count("disk full", new Scenario.Outcome(List.of(), 2_100));
    tally.count("disk full", new Scenario.Outcome(List.of(), 400));

    assertThat(tally.table())
        .contains("| disk full | 2 | 0 | 2 as it should | 0 | 2.1 s | 2 s |")
        .last()
        .asString()
        .endsWith("2.1 s, disk full");
  }

  @Test
  void what_nobody_measured_is_not_told_as_a_time() {
    Tally tally = new Tally();

    tally.failed("disk full");

    assertThat(tally.table()).contains("| disk full | 1 | 0 | 1 brick | 1 | - | - |");
    assertThat(tally.bricks()).isEqualTo(1);
  }

  private static Played played(Route route, String facts) {
    return played(Run.of(route, FIRST), facts);
  }

  private static Played played(Run run, String facts) {
    return new Played(run, Facts.of(facts), new Played.Notes(0));
  }
}

package io.fleetinstaller.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TallyTest {
  private static final String SILENT_FOR_TWO_SECONDS =
      "fired=x die\nsaw=1 -\nsaw=2000000001 1.5.0\n";

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

  private static Played played(Route route, String facts) {
    Run run = Run.of(route, Strike.before("delete x", 1, Manner.DIE));
    return new Played(run, Facts.of(facts), new Played.Notes(0));
  }
}

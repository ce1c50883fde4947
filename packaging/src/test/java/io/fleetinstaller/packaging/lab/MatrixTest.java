package io.fleetinstaller.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class MatrixTest {
  private static final List<String> EFFECTS =
      List.of("create home", "append journals", "point current", "append journals");

  private final Matrix matrix = new Matrix();

  @Test
  void every_occurrence_of_an_effect_is_a_point_of_its_own() {
    matrix.add(Route.UPGRADE, EFFECTS, List.of());

    assertThat(matrix.all())
        .contains(
            Run.of(Route.UPGRADE, Strike.before("append journals", 2, Manner.KILL)),
            Run.of(Route.UPGRADE, Strike.before("append journals", 1, Manner.CUT)));
    assertThat(matrix.points()).isEqualTo(4);
  }

  @Test
  void what_two_routes_begin_with_is_tried_once() {
    matrix.add(Route.UPGRADE, EFFECTS, List.of());
    matrix.add(
        Route.REVERT, List.of("create home", "append journals", "delete slot"), List.of(EFFECTS));

    assertThat(matrix.all())
        .filteredOn(run -> run.route() == Route.REVERT)
        .extracting(run -> run.strikes().getFirst().point())
        .containsOnly("delete slot");
  }

  @Test
  void of_many_writes_of_a_file_three_are_enough() {
    matrix.add(Route.UPGRADE, java.util.Collections.nCopies(70, "write staged file"), List.of());

    assertThat(matrix.points()).isEqualTo(3);
  }

  @Test
  void what_reports_do_in_between_is_tried_on_one_route_and_makes_no_other_effect_another() {
    List<String> told =
        List.of("replace reports", "create home", "replace reports", "append journals", "x");

    matrix.add(Route.UPGRADE, told, List.of());
    int points = matrix.points();
    matrix.add(Route.REVERT, List.of("create home", "replace reports", "x"), List.of(told));
    matrix.add(Route.INSTALL, List.of("create home", "append journals", "x"), List.of(told));

    assertThat(points).isEqualTo(4);
    assertThat(matrix.all())
        .filteredOn(run -> run.strikes().getFirst().point().equals("replace reports"))
        .extracting(Run::route)
        .containsOnly(Route.UPGRADE);
    assertThat(matrix.all()).extracting(Run::route).doesNotContain(Route.INSTALL);
    assertThat(Strike.before(Strike.ANY, 1, Manner.KILL).names("replace reports")).isFalse();
  }

  @Test
  void only_what_needs_room_can_meet_a_full_disk() {
    matrix.add(Route.UPGRADE, List.of("delete slot", "replace armed"), List.of());

    assertThat(matrix.all())
        .filteredOn(run -> run.strikes().getFirst().manner() == Manner.ENOSPC)
        .extracting(run -> run.strikes().getFirst().point())
        .containsExactly("replace armed");
  }

  @Test
  void a_sample_has_every_effect_in_every_manner_before_a_second_occurrence() {
    matrix.add(Route.UPGRADE, EFFECTS, List.of());
    matrix.add(Route.REVERT, List.of("create home", "append journals"), List.of());

    List<Run> all = matrix.all();
    int ofEachRoute =
        Math.toIntExact(all.stream().map(it -> it.route() + it.kind()).distinct().count());
    List<Run> sample = matrix.sample(matrix.ways().size() + ofEachRoute, Set.of(), new Random(3));

    assertThat(sample).hasSizeLessThan(all.size());
    assertThat(sample).extracting(Run::way).containsAll(matrix.ways());
  }

  @Test
  void what_an_earlier_run_told_of_is_not_tried_again() {
    matrix.add(Route.UPGRADE, EFFECTS, List.of());

    Set<String> tried =
        Run.ways(
            Stream.of(
                "upgrade: [kill before append journals #2] -> upgraded, silent for 0.0 s",
                "late revert: [cut-dead after point current #12] -> reverted, silent for 1.2 s",
                "revert: [eio before create home #1, kill after * #3] -> reverted, silent for 1 s",
                "upgrade: [die before append journals #9] -> upgraded, silent for 0.0 s"
                    + Played.MISSED,
                "late revert: [] -> reverted, silent for 1.3 s",
                "guests: 136 faults, 0 bricks"));

    assertThat(tried)
        .containsExactlyInAnyOrder("kill before append journals", "cut-dead after point current");
    assertThat(matrix.sample(Integer.MAX_VALUE, tried, new Random(7)))
        .hasSize(matrix.all().size() - 2)
        .extracting(Run::way)
        .doesNotContainAnyElementsOf(tried);
  }

  @Test
  void the_daemons_own_upgrade_is_tried_at_what_others_were_tried_at() {
    matrix.add(Route.UPGRADE, List.of("point current"), List.of());
    matrix.add(Route.SELF_UPGRADE, List.of("point current"), List.of());

    Set<String> tried =
        Run.ways(
            Stream.of("upgrade: [kill before point current #1] -> upgraded, silent for 0.0 s"));
    Set<String> own =
        Run.ways(
            Stream.of("self upgrade: [cut before point current #1] -> reverted, silent for 2 s"));

    assertThat(matrix.sample(Integer.MAX_VALUE, tried, new Random(7)))
        .contains(Run.of(Route.SELF_UPGRADE, Strike.before("point current", 1, Manner.KILL)));
    assertThat(matrix.sample(Integer.MAX_VALUE, own, new Random(7)))
        .doesNotContain(Run.of(Route.SELF_UPGRADE, Strike.before("point current", 1, Manner.CUT)))
        .contains(Run.of(Route.UPGRADE, Strike.before("point current", 1, Manner.CUT)));
  }

  @Test
  void a_sample_is_the_same_for_the_same_seed_and_no_run_is_in_it_twice() {
    matrix.add(Route.UPGRADE, EFFECTS, List.of());

    List<Run> sample = matrix.sample(12, Set.of(), new Random(7));

    assertThat(sample).hasSize(12).doesNotHaveDuplicates();
    assertThat(matrix.sample(12, Set.of(), new Random(7))).isEqualTo(sample);
  }

  @Test
  void what_was_told_of_can_be_played_again() {
    List<Run> runs =
        List.of(
            Run.of(
                Route.DATA_REVERT,
                Strike.before("attributes staged release.json", 1, Manner.ENOSPC),
                Strike.of(Strike.ANY, 6, true, Manner.SLOW)),
            Run.of(Route.REVERT),
            Run.of(Route.SELF_UPGRADE, Strike.of("systemd-run", 2, false, Manner.CUT_DEAD)));

    List<String> told =
        List.of(
            "3 fault points, 2 ways to fail at them; 1 runs",
            runs.get(0) + " -> brick, silent for 0.1 s",
            "BRICK " + runs.get(1),
            "I1 its service still runs",
            runs.get(2).toString());

    assertThat(Run.told(told)).isEqualTo(runs);
  }
}

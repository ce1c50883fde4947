package io.fleetinstaller.packaging.cuts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.packaging.cuts.Cut.Course;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The moments at which the power goes. */
final class CutTest {
  private static final Course THERE =
      new Course("new", 9_000, List.of("append journals", "replace slot", "append journals"));
  private static final Course BACK = new Course("crashes", 5_000, List.of("systemctl restart"));

  @Test
  void half_of_them_are_at_effects_of_both_roads() {
    List<Cut> cuts = Cut.plan(60, THERE, BACK, new Random(1));

    assertThat(cuts).hasSize(60);
    assertThat(cuts.stream().filter(it -> it.strike().isPresent())).hasSize(30);
    assertThat(cuts.stream().map(Cut::release)).contains("new", "crashes");
    assertThat(cuts.stream().flatMap(it -> it.strike().stream()))
        .anyMatch(it -> it.matches("2 (before|after) cut 1 append journals"))
        .anyMatch(it -> it.matches("1 (before|after) cut 1 replace slot"));
  }

  @Test
  void every_effect_has_its_turn() {
    List<String> effects = IntStream.range(0, 50).mapToObj(i -> "write " + i).toList();
    Course there = new Course("new", 9_000, effects);

    List<Cut> cuts = Cut.plan(200, there, BACK, new Random(1));

    assertThat(struckOnTheWay(cuts))
        .extracting(CutTest::name)
        .containsExactlyInAnyOrderElementsOf(effects);
  }

  @Test
  void every_name_has_its_turn_before_any_has_a_second() {
    List<String> files = Collections.nCopies(900, "write staged file");
    List<String> rest = IntStream.range(0, 39).mapToObj(i -> "replace " + i).toList();
    List<String> effects =
        Stream.of(rest.subList(0, 20), files, rest.subList(20, 39), List.of("replace 7"))
            .flatMap(List::stream)
            .toList();
    Course there = new Course("new", 9_000, effects);

    List<String> struck = struckOnTheWay(Cut.plan(168, there, BACK, new Random(1)));

    assertThat(struck.stream().map(CutTest::name).distinct()).hasSize(40);
    assertThat(struck).extracting(CutTest::effect).hasSize(42).doesNotHaveDuplicates();
    assertThat(struck.stream().map(CutTest::effect)).contains("1 replace 7", "2 replace 7");
    assertThat(struck.stream().map(CutTest::name))
        .filteredOn("write staged file"::equals)
        .hasSize(2);
  }

  @Test
  void of_more_names_than_there_are_cuts_none_has_a_second() {
    List<String> names = IntStream.range(0, 80).mapToObj(i -> "replace " + i).toList();
    List<String> effects = Stream.of(names, names).flatMap(List::stream).toList();

    List<Cut> cuts = Cut.plan(200, new Course("new", 9_000, effects), BACK, new Random(1));

    assertThat(struckOnTheWay(cuts).stream().map(CutTest::name))
        .hasSize(50)
        .doesNotHaveDuplicates();
  }

  @Test
  void a_course_on_which_nothing_was_recorded_is_none() {
    assertThatThrownBy(() -> new Course("new", 9_000, List.of()))
        .hasMessageContaining("nothing was recorded on the way to new");
  }

  @Test
  void some_machines_wake_with_a_wrong_clock_on_either_road() {
    List<Cut> cuts = Cut.plan(16, THERE, BACK, new Random(1));

    assertThat(cuts.stream().filter(it -> it.clock() != Cut.Clock.RIGHT))
        .extracting(it -> it.release() + " " + it.clock())
        .containsExactlyInAnyOrder(
            "new EPOCH", "new TEN_YEARS_ON", "crashes EPOCH", "crashes TEN_YEARS_ON");
  }

  @Test
  void the_same_seed_gives_the_same_moments() {
    assertThat(Cut.plan(20, THERE, BACK, new Random(7)))
        .isEqualTo(Cut.plan(20, THERE, BACK, new Random(7)));
  }

  @Test
  void what_was_told_of_can_be_cut_again() {
    List<Cut> cuts = Cut.plan(64, THERE, BACK, new Random(3));

    assertThat(cuts).extracting(it -> Cut.told(it.toString())).isEqualTo(cuts);
    assertThat(cuts).extracting(Cut::chance).doesNotHaveDuplicates();
    assertThatThrownBy(() -> Cut.told("new: after 12 ms")).hasMessageContaining("not a cut");
  }

  private static List<String> struckOnTheWay(List<Cut> cuts) {
    return cuts.stream()
        .filter(it -> it.release().equals("new"))
        .flatMap(it -> it.strike().stream())
        .toList();
  }

  private static String name(String strike) {
    return strike.replaceFirst(".* cut 1 ", "");
  }

  /** Before it or after it. */
  private static String effect(String strike) {
    return strike.replaceFirst(" (before|after) cut 1 ", " ");
  }
}

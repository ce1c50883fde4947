package io.fleetinstaller.packaging.cuts;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.packaging.cuts.Cut.Course;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
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

    assertThat(
            cuts.stream()
                .filter(it -> it.release().equals("new"))
                .flatMap(it -> it.strike().stream()))
        .extracting(it -> it.replaceFirst(".* cut 1 ", ""))
        .containsExactlyInAnyOrderElementsOf(effects);
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
}

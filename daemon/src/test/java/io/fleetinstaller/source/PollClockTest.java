package io.fleetinstaller.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PollClockTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Rhythm RHYTHM =
      new Rhythm(MINUTE, Duration.ofHours(1), Duration.ofSeconds(30), Duration.ofDays(2));

  private final PollClock clock = new PollClock(RHYTHM, new Random(1));

  @Test
  void a_host_without_config_polls_at_once() {
    assertThat(clock.first(false)).isZero();
  }

  @Test
  void a_fleet_that_restarts_at_once_is_even_from_its_first_second_on() {
    int[] tenths = new int[50];
    for (int host = 0; host < 10_000; host++) {
      PollClock each = new PollClock(RHYTHM, new Random(host * 7919L));
      Duration at = each.first(true);
      for (; at.toMillis() < 300_000; at = at.plus(each.afterSuccess())) {
        tenths[(int) (at.toMillis() / 6000)]++;
      }
    }

    assertThat(Arrays.stream(tenths)).allMatch(count -> count > 850 && count < 1150);
  }

  @Test
  void a_fleet_stays_spread_over_many_polls() {
    List<Integer> tenths =
        tenths(
            10_000,
            each -> {
              Duration at = each.first(true);
              for (int poll = 0; poll < 50; poll++) {
                at = at.plus(each.afterSuccess());
              }
              return at;
            });

    assertThat(tenths).allMatch(count -> count > 900 && count < 1100);
  }

  @Test
  void polls_are_an_interval_apart_on_average() {
    Duration together = Duration.ZERO;
    for (int poll = 0; poll < 1000; poll++) {
      Duration wait = clock.afterSuccess();
      assertThat(wait).isBetween(Duration.ofSeconds(54), Duration.ofSeconds(66));
      together = together.plus(wait);
    }

    assertThat(together).isBetween(MINUTE.multipliedBy(990), MINUTE.multipliedBy(1010));
  }

  @Tag("F25")
  @Test
  void failures_lengthen_the_pause_up_to_a_cap() {
    for (int failure = 0; failure < 40; failure++) {
      Duration middle = MINUTE.multipliedBy(Math.min(60, 1L << Math.min(failure, 20)));

      Duration wait = clock.afterFailure(Duration.ZERO);

      assertThat(wait).isBetween(middle.dividedBy(2), middle.plus(middle.dividedBy(2)));
    }
  }

  @Test
  void success_forgets_the_failures() {
    IntStream.range(0, 10).forEach(_ -> clock.afterFailure(Duration.ZERO));
    clock.afterSuccess();

    Duration wait = clock.afterFailure(Duration.ZERO);

    assertThat(wait).isLessThanOrEqualTo(Duration.ofSeconds(90));
  }

  @Test
  void a_server_that_asks_for_a_pause_gets_it_and_nobody_comes_back_at_once() {
    Duration asked = Duration.ofMinutes(10);

    List<Integer> tenths = tenths(10_000, each -> each.afterFailure(asked).minus(asked));

    assertThat(tenths).allMatch(count -> count > 900 && count < 1100);
  }

  @Test
  void a_server_cannot_silence_a_host_for_ever() {
    Duration wait = clock.afterFailure(Duration.ofDays(36_500));

    assertThat(wait).isBetween(Duration.ofHours(1), Duration.ofHours(1).plus(MINUTE));
  }

  @Test
  void acting_is_put_off_by_any_part_of_the_hold_off() {
    for (int change = 0; change < 1000; change++) {
      assertThat(clock.holdOff()).isBetween(Duration.ZERO, Duration.ofSeconds(30));
    }
  }

  @Test
  void no_hold_off_means_at_once() {
    Rhythm none = new Rhythm(MINUTE, MINUTE, Duration.ZERO, MINUTE);

    assertThat(new PollClock(none, new Random(1)).holdOff()).isZero();
  }

  /** How many of these hosts come in which tenth of a minute. */
  private static List<Integer> tenths(int hosts, Function<PollClock, Duration> moment) {
    int[] tenths = new int[10];
    for (int host = 0; host < hosts; host++) {
      Duration at = moment.apply(new PollClock(RHYTHM, new Random(host * 7919L)));
      tenths[(int) (at.toMillis() % 60_000 / 6000)]++;
    }
    return Arrays.stream(tenths).boxed().toList();
  }
}

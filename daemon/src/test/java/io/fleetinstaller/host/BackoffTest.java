package io.fleetinstaller.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class BackoffTest {
  @Test
  void each_wait_is_twice_the_one_before_up_to_a_cap() {
    Backoff backoff = new Backoff();

    Stream<Long> waits =
        Stream.generate(() -> backoff.after(Duration.ofMillis(5)).toMillis()).limit(12);

    assertThat(waits)
        .containsExactly(
            100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 12800L, 25600L, 30000L, 30000L, 30000L);
  }

  @Test
  void a_service_that_ran_for_a_while_begins_anew() {
    Backoff backoff = new Backoff();
    backoff.after(Duration.ZERO);
    backoff.after(Duration.ZERO);

    Duration wait = backoff.after(Duration.ofMinutes(1));

    assertThat(wait).isEqualTo(Duration.ofMillis(100));
  }
}

package io.fleetinstaller.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.FakeTime;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** How fast downloads may be. */
class ThrottleTest {
  private static final int KIB = 1024;

  private final FakeTime time = new FakeTime();
  private OptionalLong rate = OptionalLong.of(10 * KIB);
  private final Throttle throttle = new Throttle(() -> rate, time);

  @Test
  void a_download_takes_as_long_as_its_rate_says() throws Exception {
    Duration took = taken(100 * KIB);

    assertThat(took).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(10));
  }

  @Test
  void downloads_share_one_rate() throws Exception {
    Duration took = taken(50 * KIB).plus(taken(50 * KIB));

    assertThat(took).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(10));
  }

  @Test
  void outside_its_hours_nothing_is_slowed_down() throws Exception {
    rate = OptionalLong.empty();

    assertThat(taken(100 * KIB)).isZero();
  }

  @Test
  void time_that_nobody_used_is_not_saved_up() throws Exception {
    time.pass(Duration.ofHours(1));

    assertThat(taken(100 * KIB)).isGreaterThan(Duration.ofSeconds(8));
  }

  @Test
  void whoever_is_interrupted_while_waiting_stops() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> throttle.pay(100 * KIB)).isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  private Duration taken(int bytes) throws InterruptedException {
    Duration before = time.elapsed();
    for (int left = bytes; left > 0; left -= KIB) {
      throttle.pay(KIB);
    }
    return time.elapsed().minus(before);
  }
}

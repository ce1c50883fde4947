package io.fleetinstaller.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.FakeTime;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.InterruptedIOException;
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
    Duration took = taken(throttle.of(bytes(100 * KIB)));

    assertThat(took).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(10));
  }

  @Test
  void bytes_that_are_skipped_count_like_those_that_are_read() throws Exception {
    Duration before = time.elapsed();

    throttle.of(bytes(100 * KIB)).skipNBytes(100 * KIB);

    assertThat(time.elapsed().minus(before))
        .isBetween(Duration.ofSeconds(9), Duration.ofSeconds(10));
  }

  @Test
  void downloads_share_one_rate() throws Exception {
    Duration took = taken(throttle.of(bytes(50 * KIB))).plus(taken(throttle.of(bytes(50 * KIB))));

    assertThat(took).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(10));
  }

  @Test
  void outside_its_hours_nothing_is_slowed_down() throws Exception {
    rate = OptionalLong.empty();

    assertThat(taken(throttle.of(bytes(100 * KIB)))).isZero();
  }

  @Test
  void time_that_nobody_used_is_not_saved_up() throws Exception {
    time.pass(Duration.ofHours(1));

    assertThat(taken(throttle.of(bytes(100 * KIB)))).isGreaterThan(Duration.ofSeconds(8));
  }

  @Test
  void whoever_is_interrupted_while_waiting_stops() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> throttle.of(bytes(100 * KIB)).readAllBytes())
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  private Duration taken(InputStream bytes) throws Exception {
    Duration before = time.elapsed();
    byte[] buffer = new byte[KIB];
    while (bytes.read(buffer) >= 0) {
      // Only how long it takes counts.
    }
    return time.elapsed().minus(before);
  }

  private static InputStream bytes(int count) {
    return new ByteArrayInputStream(new byte[count]);
  }
}

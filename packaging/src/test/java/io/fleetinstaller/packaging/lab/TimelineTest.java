package io.fleetinstaller.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TimelineTest {
  @Test
  void an_outage_lasts_until_something_serves_again() {
    Timeline timeline = Timeline.of(List.of("1000000000 -", "3000000000 1.5.0", "4000000000 -"));

    assertThat(timeline.longestOutage()).isEqualTo(2000);
  }

  @Test
  void time_without_power_is_no_outage() {
    Timeline timeline =
        Timeline.of(
            List.of("1000000000 -", "9000000000 start", "9000000001 -", "9500000000 1.9.0"));

    assertThat(timeline.longestOutage()).isEqualTo(500);
  }

  @Test
  void what_serves_first_since_a_moment_is_found() {
    Timeline timeline = Timeline.of(List.of("1 1.5.0", "5 start", "6 -", "7 1.9.0"));

    assertThat(timeline.since(5).firstServing()).contains(7L);
    assertThat(timeline.since(8).firstServing()).isEmpty();
  }
}

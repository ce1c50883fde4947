package io.fleetinstaller.desired;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShareTest {

  /** Worked out with sha256sum, as the Javadoc says. */
  @ParameterizedTest
  @CsvSource({
    "host-1, roll-1, 08a932fd, 3.38",
    "host-2, roll-1, 4886db36, 28.33",
    "host-3, roll-1, ea097253, 91.42",
    "host-7, roll-1, 05b7b08f, 2.23"
  })
  void it_can_be_worked_out_by_anybody(String host, String deployment, String hex, String percent) {
    Share share = Share.of(host, deployment);

    assertThat(share.value()).isEqualTo(Long.parseLong(hex, 16));
    assertThat(share).hasToString(percent);
  }

  @Test
  void a_percentage_is_reached_from_below() {
    Share half = new Share(1L << 31);

    assertThat(half.under(50)).isFalse();
    assertThat(half.under(51)).isTrue();
    assertThat(new Share((1L << 31) - 1).under(50)).isTrue();
    assertThat(new Share(0).under(1)).isTrue();
    assertThat(new Share((1L << 32) - 1).under(100)).isTrue();
    assertThat(new Share((1L << 32) - 1).under(99)).isFalse();
  }

  @Test
  void another_deployment_has_other_hosts_first() {
    long both =
        IntStream.range(0, 10_000)
            .mapToObj(i -> "host-" + i)
            .filter(host -> Share.of(host, "a").under(10) && Share.of(host, "b").under(10))
            .count();

    assertThat(both).isBetween(60L, 140L);
  }
}

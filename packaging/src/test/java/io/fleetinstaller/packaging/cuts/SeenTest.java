package io.fleetinstaller.packaging.cuts;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever judges machines after a power cut notices what must not be. */
final class SeenTest {
  private static final String REVERTED =
      """
      early.current=1.9.0-bbb
      early.slot=1.5.0-aaa whole
      early.slot=1.9.0-bbb whole
      early.journal=00000002.journal begun:OBSERVE
      early.confirmed=0
      late.current=1.5.0-aaa
      late.slot=1.5.0-aaa whole
      late.slot=1.9.0-bbb whole
      late.confirmed=0
      late.well=0 paused=0
      late.data=kept
      boot=loaded
      first=1.5.0 17.4 activating
      end=reverted
      serving=1.5.0
      verify=done
      current=1.5.0-aaa
      slot=1.5.0-aaa whole
      data=kept
      """;

  @Test
  void a_machine_that_went_back_by_itself_is_well() {
    Seen seen = seen(REVERTED);

    assertThat(seen.broken()).isEmpty();
    assertThat(seen.onTrial()).isTrue();
    assertThat(seen.left()).isEqualTo("begun:OBSERVE");
    assertThat(seen.serving()).isEqualTo(17.4);
    assertThat(seen.servedWithoutDaemon()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "early.slot=1.9.0-bbb whole, early.slot=1.9.0-bbb torn, torn",
    "late.current=1.5.0-aaa, late.current=1.9.0-bbb, starts from 1.9.0-bbb",
    "late.slot=1.5.0-aaa whole, late.slot=1.5.0-aaa unmarked, not whole",
    "current=1.5.0-aaa, current=none, current",
    "serving=1.5.0, serving=1.9.0, serves 1.9.0",
    "verify=done, verify=failed, verify",
    "late.data=kept, late.data=spoilt, starts on data that is 'spoilt'",
    "data=kept, data=, its data is ''",
    "end=reverted, late=yes, not ended",
    "boot=loaded, armed=node-exporter, armed",
    "boot=loaded, corrupt=journals/x.corrupt, set aside"
  })
  void what_must_not_be_is_told(String line, String instead, String told) {
    Seen seen = seen(REVERTED.replaceFirst("(?m)^" + line + "$", instead));

    assertThat(seen.broken()).anyMatch(it -> it.contains(told));
  }

  @Test
  void a_machine_of_which_nothing_was_seen_is_a_brick() {
    assertThat(seen("").broken()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({"RIGHT, 0", "EPOCH, -7", "EPOCH, -20000", "TEN_YEARS_ON, 3652"})
  void the_clock_is_as_it_was_meant_to_be(Cut.Clock clock, int days) {
    assertThat(seen(clock, days).broken()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"RIGHT, 3652", "RIGHT, -2", "EPOCH, 0", "TEN_YEARS_ON, 0"})
  void a_clock_that_was_not_set_is_told(Cut.Clock clock, int days) {
    assertThat(seen(clock, days).broken()).anyMatch(it -> it.contains("the clock should be at"));
  }

  private static Seen seen(Cut.Clock clock, int days) {
    return Seen.of(new Cut("new", 0, Optional.empty(), clock, 0), time(days) + REVERTED);
  }

  private static String time(int days) {
    return "late.time=%d\n".formatted(Instant.now().plus(Duration.ofDays(days)).getEpochSecond());
  }

  private static Seen seen(String report) {
    String dated = report.isEmpty() ? "" : time(0) + report;
    return Seen.of(new Cut("new", 0, Optional.empty(), Cut.Clock.RIGHT, 0), dated);
  }
}

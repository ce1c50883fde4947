package io.fleetinstaller.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccountTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Line BEGUN = new Line.Begun(NOW, Step.OBSERVE, "boot");
  private static final Line PAUSED = new Line.Paused(NOW);

  @Test
  void a_step_that_was_begun_and_never_ended_was_begun_in_vain() {
    assertThat(account(BEGUN, BEGUN, BEGUN).begunInVain(Step.OBSERVE)).isEqualTo(3);
  }

  @Test
  void a_daemon_that_was_told_to_stop_did_not_die_of_its_step() {
    assertThat(account(BEGUN, PAUSED, BEGUN, PAUSED, BEGUN, PAUSED).begunInVain(Step.OBSERVE))
        .isZero();
    assertThat(account(BEGUN, BEGUN, PAUSED, BEGUN).begunInVain(Step.OBSERVE)).isEqualTo(2);
  }

  private static Account account(Line... lines) {
    return new Account(Samples.upgrade(), 1, NOW, List.of(lines));
  }
}

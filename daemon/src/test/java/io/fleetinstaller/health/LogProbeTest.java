package io.fleetinstaller.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.host.FakeHost;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogProbeTest {
  private final FakeTime time = new FakeTime();
  private final FakeHost host = new FakeHost(time);
  private final Slot slot = Agent.slot();

  @Test
  void a_line_that_matches_is_shown_without_its_secrets() {
    host.says(Agent.NAME, Agent.SERVICE, "all is well");
    host.says(Agent.NAME, Agent.SERVICE, "panic: api_key=0123456789abcdef is bad");

    Answer answer = ask("panic|FATAL");

    assertThat(answer)
        .isEqualTo(new Answer.Failed("agent.service wrote: panic: api_key=[redacted] is bad"));
  }

  @Test
  void what_was_written_before_the_switch_does_not_count() {
    host.says(Agent.NAME, Agent.SERVICE, "panic of the old copy");
    time.pass(Duration.ofSeconds(1));

    Answer answer = ask("panic");

    assertThat(answer).isInstanceOf(Answer.Passed.class);
  }

  @Test
  void a_pattern_that_backtracks_for_ever_is_given_up() {
    host.says(Agent.NAME, Agent.SERVICE, "a".repeat(100_000));

    Answer answer = ask("(a+)+b");

    assertThat(answer).isInstanceOf(Answer.Failed.class);
    assertThat(answer.saw()).contains("takes too long");
  }

  @Test
  void a_pattern_that_recurses_too_deep_is_given_up() throws Exception {
    Search search = Search.of("^(a|b)*c");

    assertThatThrownBy(() -> search.findsIn("ab".repeat(1_000_000)))
        .isInstanceOf(Search.Hopeless.class);
  }

  @Test
  void only_the_first_4_kib_of_a_line_are_looked_at() {
    host.says(Agent.NAME, Agent.SERVICE, "x".repeat(4096) + "panic");

    Answer answer = ask("panic");

    assertThat(answer).isInstanceOf(Answer.Passed.class);
  }

  @Test
  void a_log_that_cannot_be_read_is_not_the_workloads_doing() {
    Fault fault = new Fault.Transient(ReasonCode.HOST_FAILED, "cannot read the log: no journal");
    host.outage(Duration.ZERO, Duration.ofHours(1), fault);

    Answer answer = ask("panic");

    assertThat(answer).isEqualTo(new Answer.Unclear("cannot read the log: no journal"));
  }

  private Answer ask(String pattern) {
    try {
      return new LogProbe(host, slot, time.now(), pattern, true).ask();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}

package io.fleetinstaller.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.FakeHost;
import io.fleetinstaller.host.Host.Exit;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExecProbeTest {
  private static final List<String> ARGV = List.of("bin/agent", "health", "--token", "abc");

  private final FakeHost host = new FakeHost(new FakeTime());
  private final ExecProbe probe =
      new ExecProbe(host, Agent.slot(), ARGV, Duration.ofSeconds(5), true);

  @Test
  void the_question_keeps_no_secret() {
    String question = probe.question();

    assertThat(question).isEqualTo("exec bin/agent health --token [redacted]");
  }

  @Test
  void a_program_that_was_killed_at_its_timeout_has_failed() throws Exception {
    host.program(ARGV, () -> new Exit(137, true, List.of("waiting for the database")));

    Answer answer = probe.ask();

    assertThat(answer)
        .isEqualTo(new Answer.Failed("no end within 5s; it said: waiting for the database"));
  }

  @Test
  void only_the_last_lines_of_a_long_output_are_kept() throws Exception {
    host.program(ARGV, () -> new Exit(1, false, List.of("1", "2", "3", "4", "5", "6")));

    Answer answer = probe.ask();

    assertThat(answer)
        .isEqualTo(new Answer.Failed("status 1, expected 0; it said: 2 | 3 | 4 | 5 | 6"));
  }

  @Test
  void a_program_that_is_not_in_the_slot_is_the_slots_doing() throws Exception {
    Answer answer = probe.ask();

    assertThat(answer).isInstanceOf(Answer.Failed.class);
  }

  @Test
  void a_host_that_cannot_run_anything_is_not_the_workloads_doing() throws Exception {
    host.program(
        ARGV,
        () -> {
          throw new Fault.Transient(ReasonCode.HOST_FAILED, "cannot run bin/agent: no memory");
        });

    Answer answer = probe.ask();

    assertThat(answer).isEqualTo(new Answer.Unclear("cannot run bin/agent: no memory"));
  }
}

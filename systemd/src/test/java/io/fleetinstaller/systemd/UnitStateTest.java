package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.host.ServiceState;
import io.fleetinstaller.host.ServiceState.Phase;
import io.fleetinstaller.release.Fault;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UnitStateTest {
  private static final String UNIT = "agent.service";
  private static final String NEVER = "Result=success ExecMainExitTimestampMonotonic=0";
  private final ScriptedPrograms programs = new ScriptedPrograms();

  @ParameterizedTest
  @CsvSource({
    "ActiveState=active SubState=running, RUNNING",
    "ActiveState=reloading SubState=reload, RUNNING",
    "ActiveState=activating SubState=start, STARTING",
    "ActiveState=activating SubState=auto-restart, RESTARTING",
    "ActiveState=activating SubState=auto-restart-queued, RESTARTING",
    "ActiveState=deactivating SubState=stop-sigterm, STOPPING",
    "ActiveState=failed SubState=failed Result=exit-code, FAILED",
    "ActiveState=inactive LoadState=not-found " + NEVER + ", UNKNOWN",
    "ActiveState=inactive LoadState=loaded " + NEVER + ", STOPPED",
    "ActiveState=active LoadState=not-found, RUNNING",
  })
  void phases_are_those_of_systemd(String properties, Phase phase) throws Exception {
    programs.show(UNIT, properties.split(" "));

    assertThat(state().phase()).isEqualTo(phase);
  }

  @Test
  void a_service_that_left_before_it_stopped_being_active_was_not_asked_to() throws Exception {
    programs.show(
        UNIT,
        "LoadState=loaded",
        "ActiveState=inactive",
        "Result=success",
        "ExecMainCode=1",
        "ExecMainStatus=0",
        "ExecMainExitTimestampMonotonic=5000",
        "ActiveExitTimestampMonotonic=5001");

    assertThat(state().phase()).isEqualTo(Phase.FAILED);
  }

  @Test
  void a_service_that_was_being_stopped_when_it_left_was_asked_to() throws Exception {
    programs.show(
        UNIT,
        "LoadState=loaded",
        "ActiveState=inactive",
        "Result=success",
        "ExecMainCode=2",
        "ExecMainStatus=15",
        "ExecMainExitTimestampMonotonic=5001",
        "ActiveExitTimestampMonotonic=5000");

    assertThat(state().phase()).isEqualTo(Phase.STOPPED);
  }

  @ParameterizedTest
  @CsvSource({
    "exit-code, 1, 2000, 5000, 4000, STOPPED",
    "signal, 2, 2000, 5000, 4000, STOPPED",
    "timeout, 2, 2000, 5000, 4000, STOPPED",
    "exit-code, 1, 2000, 5000, 5001, FAILED",
    "signal, 2, 2000, 5000, 5000, FAILED",
    "exit-code, 1, 2000, 5000, 1000, FAILED",
    "exit-code, 1, 2000, 5000, 0, FAILED",
    "watchdog, 2, 2000, 5000, 4000, FAILED",
    "oom-kill, 2, 2000, 5000, 4000, FAILED",
    "start-limit-hit, 1, 2000, 5000, 4000, FAILED"
  })
  void one_that_fails_while_it_is_being_stopped_was_asked_to(
      String result, int code, int began, int ended, int left, Phase phase) throws Exception {
    programs.show(
        UNIT,
        "LoadState=loaded",
        "ActiveState=failed",
        "Result=" + result,
        "ExecMainCode=" + code,
        "ExecMainStatus=143",
        "ExecMainStartTimestampMonotonic=" + began,
        "ExecMainExitTimestampMonotonic=" + ended,
        "ActiveExitTimestampMonotonic=" + left);

    assertThat(state().phase()).isEqualTo(phase);
  }

  @Test
  void one_that_fails_before_its_main_process_starts_was_not_asked_to() throws Exception {
    // ExecStartPre= of the candidate; systemd still tells of the main process of the old copy
    programs.show(
        UNIT,
        "LoadState=loaded",
        "ActiveState=failed",
        "Result=exit-code",
        "ExecMainStartTimestampMonotonic=2000",
        "ActiveExitTimestampMonotonic=4000",
        "ExecMainExitTimestampMonotonic=5000",
        "InactiveExitTimestampMonotonic=5001");

    assertThat(state().phase()).isEqualTo(Phase.FAILED);
  }

  @Tag("F48")
  @ParameterizedTest
  @CsvSource({"1, 3, status 3", "2, 9, signal KILL", "3, 11, signal SEGV", "2, 31, signal 31"})
  void exits_are_told_in_words(String code, String status, String words) throws Exception {
    programs.show(UNIT, "ActiveState=failed", "ExecMainCode=" + code, "ExecMainStatus=" + status);

    assertThat(state().lastExit()).contains(words);
  }

  @Test
  void what_runs_is_asked_of_the_kernel() throws Exception {
    programs.show(UNIT, "ActiveState=active", "MainPID=42", "NRestarts=2", "InvocationID=abc");

    ServiceState state = state();

    assertThat(state.mainPid()).hasValue(42);
    assertThat(state.executable()).contains(Path.of("/proc/42"));
    assertThat(state.restarts()).isEqualTo(2);
    assertThat(state.invocation()).isEqualTo("abc");
  }

  @ParameterizedTest
  @CsvSource({
    "ActiveState=dancing, ActiveState is 'dancing'",
    "ActiveState=active MainPID=many, MainPID is 'many'",
    "ActiveState=active NRestarts=-1, NRestarts is '-1'",
  })
  void an_answer_that_makes_no_sense_is_not_guessed_at(String properties, String why) {
    programs.show(UNIT, properties.split(" "));

    assertThatThrownBy(this::state)
        .isInstanceOf(Fault.Transient.class)
        .hasMessage("cannot understand the state of agent.service: " + why);
  }

  @Test
  void a_line_that_was_not_asked_for_is_not_overlooked() {
    programs.show(UNIT, "ActiveState=active", "Warning: the journal is full");

    assertThatThrownBy(this::state)
        .hasMessage(
            "cannot read the state of agent.service: systemctl answers"
                + " 'Warning: the journal is full'");
  }

  @ParameterizedTest
  @CsvSource({
    "1min 30s, 90000",
    "10s, 10000",
    "500ms, 500",
    "0, -1",
    "infinity, -1",
    "2h 5min, 7500000"
  })
  void lengths_of_time_are_read_as_systemd_prints_them(String text, long millis) {
    assertThat(TimeSpan.parse(text).map(java.time.Duration::toMillis).orElse(-1L))
        .isEqualTo(millis);
  }

  private ServiceState state() throws Exception {
    return UnitState.of(new Systemctl(programs), UNIT)
        .service(pid -> Optional.of(Path.of("/proc/" + pid)));
  }
}

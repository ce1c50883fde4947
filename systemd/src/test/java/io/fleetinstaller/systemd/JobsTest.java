package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class JobsTest {
  private static final String UNIT = "agent.service";
  private static final String[] RUNS = {
    "LoadState=loaded", "ActiveState=active", "SubState=running", "InvocationID=a", "Job="
  };
  private static final String[] RUNS_ANEW = {
    "LoadState=loaded", "ActiveState=active", "SubState=running", "InvocationID=b", "Job="
  };
  private static final String[] STOPS = {
    "LoadState=loaded",
    "ActiveState=deactivating",
    "InvocationID=a",
    "Job=17",
    "TimeoutStopUSec=1min 30s"
  };
  private static final String[] STARTS_FOR_EVER = {
    "LoadState=loaded", "ActiveState=activating", "SubState=start", "InvocationID=b", "Job=18"
  };
  private static final String[] STOPPED = {"LoadState=loaded", "ActiveState=inactive", "Job="};

  private final ScriptedPrograms programs = new ScriptedPrograms();
  private final FakeTime time = new FakeTime();
  private final Jobs jobs = new Jobs(new Systemctl(programs), time);

  @AfterEach
  void everything_expected_was_asked() {
    programs.assertDone();
  }

  @Test
  void one_service_is_restarted_in_one_job_of_systemd() throws Exception {
    programs
        .show(UNIT, RUNS)
        .expect("systemctl reset-failed " + UNIT)
        .expect("systemctl restart --no-block " + UNIT)
        .show(UNIT, STOPS)
        .show(UNIT, RUNS_ANEW);

    jobs.restart(List.of(UNIT));
  }

  @Test
  void a_start_that_hangs_is_left_to_the_gate() throws Exception {
    programs
        .show(UNIT, RUNS)
        .expect("systemctl reset-failed " + UNIT)
        .expect("systemctl restart --no-block " + UNIT)
        .show(UNIT, STARTS_FOR_EVER);

    jobs.restart(List.of(UNIT));
  }

  @Test
  void a_unit_that_systemd_has_not_loaded_has_nothing_to_reset() throws Exception {
    programs
        .show(UNIT, STOPPED)
        .fail("systemctl reset-failed " + UNIT, 1, "Unit agent.service not loaded.")
        .expect("systemctl restart --no-block " + UNIT)
        .show(UNIT, RUNS_ANEW);

    jobs.restart(List.of(UNIT));
  }

  @Test
  void of_several_services_the_last_to_start_is_the_first_to_stop() throws Exception {
    programs
        .show("b.service", RUNS)
        .expect("systemctl stop --no-block b.service")
        .show("b.service", STOPPED)
        .show("a.service", STOPPED)
        .show("a.service", STOPPED)
        .expect("systemctl reset-failed a.service")
        .expect("systemctl start --no-block a.service")
        .show("a.service", RUNS_ANEW)
        .show("b.service", STOPPED)
        .expect("systemctl reset-failed b.service")
        .expect("systemctl start --no-block b.service")
        .show("b.service", RUNS_ANEW);

    jobs.restart(List.of("a.service", "b.service"));
  }

  @Tag("F40")
  @Test
  void what_does_not_stop_in_its_time_is_killed() throws Exception {
    String[] impatient = {"ActiveState=active", "InvocationID=a", "Job=", "TimeoutStopUSec=1s"};
    String[] deaf = {"ActiveState=deactivating", "InvocationID=a", "Job=17"};
    programs.show(UNIT, impatient).expect("systemctl stop --no-block " + UNIT);
    looksForThreeSeconds(deaf);
    programs
        .expect("systemctl kill --signal=KILL --kill-who=all " + UNIT)
        .show(UNIT, deaf)
        .show(UNIT, STOPPED);

    jobs.stop(List.of(UNIT));
  }

  @Test
  void a_refusal_of_systemd_is_told_in_its_own_words() {
    programs
        .show(UNIT, RUNS)
        .expect("systemctl reset-failed " + UNIT)
        .fail(
            "systemctl restart --no-block " + UNIT,
            1,
            "Failed to restart agent.service: Unit agent.service has a bad unit file setting.\n");

    assertThatThrownBy(() -> jobs.restart(List.of(UNIT)))
        .isInstanceOf(Fault.Transient.class)
        .hasMessage(
            "cannot restart agent.service: systemctl exited 1: Failed to restart agent.service:"
                + " Unit agent.service has a bad unit file setting.");
  }

  @Test
  void a_systemd_that_does_not_answer_is_told_from_one_that_refuses() {
    programs.hang(
        "systemctl show --property=%s %s".formatted(String.join(",", UnitState.PROPERTIES), UNIT));

    assertThatThrownBy(() -> jobs.restart(List.of(UNIT)))
        .hasMessage("cannot read the state of agent.service: systemctl did not end within 90s")
        .extracting(thrown -> ((Fault) thrown).reason().code())
        .isEqualTo(ReasonCode.HOST_FAILED);
  }

  /** Looks begin every 5 ms and end every 100 ms; a grace of 2 s follows TimeoutStopSec. */
  private void looksForThreeSeconds(String[] state) {
    Duration passed = Duration.ZERO;
    Duration look = Duration.ofMillis(5);
    while (passed.compareTo(Duration.ofSeconds(3)) < 0) {
      programs.show(UNIT, state);
      passed = passed.plus(look);
      look =
          look.multipliedBy(2).compareTo(Duration.ofMillis(100)) > 0
              ? Duration.ofMillis(100)
              : look.multipliedBy(2);
    }
    programs.show(UNIT, state);
  }
}

package io.fleetinstaller.systemd;

import static io.fleetinstaller.systemd.GuardedHost.AGENT;
import static io.fleetinstaller.systemd.GuardedHost.NOBODY;
import static io.fleetinstaller.systemd.GuardedHost.PAUSED;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Fired;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A service that the daemon had stopped does not wait until the deadline for one that is dead. */
@Tag("F08")
final class GuardAloneTest {
  private static final String STOPPED =
      "ActiveState=inactive Job=0 Result=success ExecMainExitTimestampMonotonic=5 ActiveExitTimestampMonotonic=4";
  private static final String LOOK = "start --no-block fleet-installer-ended@agent.service";

  @TempDir Path root;

  @ParameterizedTest
  @CsvSource({
    "begun SWITCH, true",
    "begun SWITCH done SWITCH, true",
    "begun RESTART, true",
    "begun RESTART_OLD, true",
    "begun SWITCH_BACK, true",
    "begun SWITCH_BACK done SWITCH_BACK, true",
    "begun SWITCH_BACK failed SWITCH_BACK, true",
    "begun RESTART_OLD failed RESTART_OLD, true",
    "begun RESTART_OLD done RESTART_OLD, false",
    "begun RESTART done RESTART, false",
    "begun RESTART failed RESTART, false",
    "begun ARM, false",
    "begun OBSERVE, false"
  })
  void the_end_of_a_daemon_that_was_at_work_is_looked_at(String steps, boolean looks)
      throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(GuardedHost.steps(steps) + PAUSED);

    assertThat(host.run("alone")).isZero();

    assertThat(host.calls().contains(LOOK)).isEqualTo(looks);
  }

  @Test
  void a_daemon_that_ends_before_it_has_switched_itself_is_started_and_goes_on() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.switchBack();
    Path own = host.own();
    host.tell(GuardedHost.steps("begun SWITCH"));
    host.unitIs("ActiveState=failed Job=0 Result=signal");
    host.whileAsleep("touch " + root.resolve("slept"));

    assertThat(host.run("ended", "fleet-installer")).isZero();

    assertThat(host.calls()).contains("start --no-block fleet-installer.service");
    assertThat(own).exists();
    assertThat(root.resolve("slept")).doesNotExist();
  }

  @Test
  void a_daemon_that_ends_right_behind_its_own_switch_is_taken_back_at_once() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Path own = host.own();
    host.tell(GuardedHost.steps("begun SWITCH"));
    host.unitIs("ActiveState=failed Job=0 Result=signal");
    host.whileAsleep("touch " + root.resolve("slept"));

    assertThat(host.run("ended", "fleet-installer")).isZero();

    assertThat(host.runs(host.old)).isTrue();
    assertThat(own).doesNotExist();
    assertThat(root.resolve("slept")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", PAUSED})
  void what_it_had_stopped_is_started_from_the_old_copy(String end) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(GuardedHost.steps("begun RESTART") + end);
    host.unitIs(STOPPED);

    assertThat(host.run("ended", "agent")).isZero();

    assertThat(host.runs(host.old)).isTrue();
    assertThat(host.guard.fired(AGENT)).map(Fired::why).contains(Fired.Why.DEADLINE);
    assertThat(host.calls()).contains("start --no-block agent.service");
  }

  @ParameterizedTest
  @CsvSource({
    "ActiveState=inactive Result=success ActiveExitTimestampMonotonic=4, false, true",
    "ActiveState=failed Result=exit-code ActiveExitTimestampMonotonic=5, true, false",
    "ActiveState=failed Result=exit-code ActiveExitTimestampMonotonic=5, false, true",
    "ActiveState=active Result=success ActiveExitTimestampMonotonic=4, false, false"
  })
  void before_anything_of_the_candidate_was_started_what_is_down_waits_for_the_daemon(
      String unit, boolean comesBack, boolean goesBack) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(GuardedHost.steps("begun SWITCH"));
    host.unitIs("Job=0 ExecMainExitTimestampMonotonic=5 " + unit);
    if (comesBack) {
      Files.createFile(host.bin.resolve("active.fleet-installer.service"));
    }

    assertThat(host.run("ended", "agent")).isEqualTo(goesBack ? 0 : NOBODY);

    assertThat(host.runs(host.old)).isEqualTo(goesBack);
    assertThat(host.armed()).isEqualTo(!goesBack);
  }

  @ParameterizedTest
  @CsvSource({"was.service, true", "agent.service, false"})
  void before_anything_of_the_candidate_was_started_only_what_the_old_copy_has_tells(
      String stopped, boolean goesBack) throws Exception {
    GuardedHost host = GuardedHost.renaming(root, "was.service");
    host.tell(GuardedHost.steps("begun SWITCH"));
    host.unitIs(STOPPED.replace("ActiveState=inactive", "ActiveState=active"));
    host.unitIs(stopped, STOPPED);

    assertThat(host.run("ended", "agent")).isEqualTo(goesBack ? 0 : NOBODY);

    assertThat(host.runs(host.old)).isEqualTo(goesBack);
  }

  @Test
  void a_candidate_that_the_daemon_had_given_up_is_stopped_wherever_the_link_is() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(GuardedHost.steps("begun SWITCH begun SWITCH_BACK"));
    host.unitIs(STOPPED.replace("ActiveState=inactive", "ActiveState=active"));

    assertThat(host.run("ended", "agent")).isZero();

    assertThat(host.calls().lines())
        .containsSubsequence("stop agent.service", "start --no-block agent.service");
    assertThat(host.runs(host.old)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "begun SWITCH begun SWITCH_BACK, active",
    "begun SWITCH begun SWITCH_BACK done SWITCH_BACK, active",
    "begun SWITCH begun SWITCH_BACK done SWITCH_BACK, failed",
    "begun SWITCH begun SWITCH_BACK done SWITCH_BACK begun RESTART_OLD, active"
  })
  void a_candidate_that_the_daemon_left_running_behind_the_old_link_is_stopped(
      String steps, String active) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.switchBack();
    host.tell(GuardedHost.steps(steps));
    host.unitIs(STOPPED.replace("ActiveState=inactive", "ActiveState=" + active));

    assertThat(host.run("ended", "agent")).isZero();

    assertThat(host.calls().lines())
        .containsSubsequence("stop agent.service", "start --no-block agent.service");
    assertThat(host.armed()).isFalse();
    assertThat(host.runs(host.old)).isTrue();
  }

  @Test
  void a_daemon_that_comes_back_goes_on_by_itself() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(GuardedHost.steps("begun RESTART"));
    host.unitIs(STOPPED);
    Files.createFile(host.bin.resolve("active.fleet-installer.service"));

    assertThat(host.run("ended", "agent")).isEqualTo(NOBODY);

    assertThat(host.runs(host.next)).isTrue();
    assertThat(host.armed()).isTrue();
  }

  /** Its end calls nobody else while this look goes on. */
  @Test
  void a_candidate_that_falls_while_the_daemon_is_waited_for_ended_by_itself() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(GuardedHost.steps("begun RESTART"));
    host.unitIs(STOPPED.replace("ActiveState=inactive", "ActiveState=activating"));
    host.whileAsleep(
        """
        printf 'ActiveState=failed\nResult=exit-code\nExecMainExitTimestampMonotonic=6\nActiveExitTimestampMonotonic=6\n' \
          > %s/state
        """
            .formatted(host.bin));

    assertThat(host.run("ended", "agent")).isZero();

    assertThat(host.runs(host.old)).isTrue();
    assertThat(host.guard.fired(AGENT)).map(Fired::why).contains(Fired.Why.FAILED);
  }

  @ParameterizedTest
  @CsvSource({
    "begun OBSERVE, inactive, 0",
    "begun RESTART, active, 0",
    "begun RESTART, inactive, 7"
  })
  void what_a_person_stopped_or_somebody_starts_is_left_alone(String steps, String active, int job)
      throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(GuardedHost.steps(steps));
    host.unitIs(
        STOPPED
            .replace("ActiveState=inactive", "ActiveState=" + active)
            .replace("Job=0", "Job=" + job));

    assertThat(host.run("ended", "agent")).isEqualTo(NOBODY);

    assertThat(host.runs(host.next)).isTrue();
  }

  @Test
  void the_daemons_unit_calls_for_it_whatever_it_ended_of() throws Exception {
    assertThat(Path.of("src/main/units/fleet-installer.service"))
        .content()
        .contains(
            "\nExecStopPost=-/bin/sh /etc/systemd/system/fleet-installer-guard/guard alone\n");
  }
}

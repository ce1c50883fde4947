package io.fleetinstaller.systemd;

import static io.fleetinstaller.systemd.GuardedHost.CONFIRM;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A deadline that comes when most is done already: it does what is left, and no more. */
final class GuardLateTest {
  private static final String START = "start --no-block agent.service";
  private static final String STOP = "stop agent.service";

  @TempDir Path root;

  @ParameterizedTest
  @CsvSource({
    "'', false",
    "begun SWITCH, true",
    "begun SWITCH done SWITCH begun RESTART failed RESTART begun SWITCH_BACK done SWITCH_BACK, true",
    "begun SWITCH begun SWITCH_BACK done SWITCH_BACK begun RESTART_OLD, true",
    "begun SWITCH begun SWITCH_BACK done SWITCH_BACK begun RESTART_OLD done RESTART_OLD, false"
  })
  void behind_the_old_link_whatever_may_be_the_candidate_is_stopped(String steps, boolean stops)
      throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.switchBack();
    host.tell(GuardedHost.steps(steps));

    assertThat(host.run("fire", "agent")).isZero();

    assertThat(host.calls().lines().toList().contains(STOP)).isEqualTo(stops);
    assertThat(host.calls()).contains(START);
    assertThat(host.armed()).isFalse();
    assertThat(host.runs(host.old)).isTrue();
  }

  @Test
  void what_it_has_started_itself_is_not_stopped_again_while_it_cannot_tell_of_it()
      throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(GuardedHost.steps("begun SWITCH"));
    Path fired = root.resolve("state/fired");
    Files.delete(fired);
    Files.createFile(fired);

    int first = host.run("fire", "agent");
    int second = host.run("fire", "agent");

    assertThat(first).isEqualTo(1);
    assertThat(second).isEqualTo(1);
    assertThat(host.calls().lines().filter(STOP::equals)).hasSize(1);
    assertThat(host.calls().lines().filter(START::equals)).hasSize(2);
  }

  @Test
  void what_it_started_on_the_way_back_from_another_upgrade_is_no_proof() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Path run = Files.createDirectories(root.resolve("fleet-installer-guard"));
    Files.writeString(run.resolve("agent"), "00000006\n");
    host.switchBack();
    host.tell(GuardedHost.steps("begun SWITCH"));

    assertThat(host.run("fire", "agent")).isZero();

    assertThat(host.calls().lines()).containsSubsequence(STOP, START);
  }

  @Test
  void what_was_stopped_for_nothing_is_started_again() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.unitIs(
        "ActiveState=inactive Job=0 Result=success ExecMainExitTimestampMonotonic=5 ActiveExitTimestampMonotonic=4");
    Files.delete(host.old.path().resolve(".fleet-installer/valid"));

    assertThat(host.run("fire", "agent")).isZero();

    assertThat(host.calls()).contains(START);
    assertThat(host.runs(host.next)).isTrue();
  }

  @Test
  void where_nobody_can_tell_what_runs_it_is_stopped() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.switchBack();
    Files.delete(host.journal);

    assertThat(host.run("fire", "agent")).isZero();

    assertThat(host.calls().lines()).containsSubsequence(STOP, START);
  }

  @ParameterizedTest
  @CsvSource({
    "inactive, success, 5, 4, false",
    "failed, signal, 5, 5, true",
    "inactive, success, 5, 5, true",
    "active, success, 0, 0, false"
  })
  void after_a_confirmation_only_what_fell_by_itself_is_started(
      String active, String result, int ended, int left, boolean starts) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(CONFIRM);
    host.unitIs(
        "ActiveState=%s Job=0 Result=%s ExecMainExitTimestampMonotonic=%d ActiveExitTimestampMonotonic=%d"
            .formatted(active, result, ended, left));

    assertThat(host.run("fire", "agent")).isZero();

    assertThat(host.calls().contains(START)).isEqualTo(starts);
    assertThat(host.armed()).isFalse();
    assertThat(host.runs(host.next)).isTrue();
  }
}

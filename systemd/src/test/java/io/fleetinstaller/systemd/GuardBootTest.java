package io.fleetinstaller.systemd;

import static io.fleetinstaller.systemd.GuardedHost.AGENT;
import static io.fleetinstaller.systemd.GuardedHost.PAUSED;
import static io.fleetinstaller.systemd.GuardedHost.WELL;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Fired;
import io.fleetinstaller.host.Kept;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which trials go on when the machine comes up again: those that were left in good order, once. */
final class GuardBootTest {
  @TempDir Path root;

  @Tag("F17")
  @Test
  void a_trial_that_an_orderly_shutdown_interrupted_goes_on() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + PAUSED);

    host.reboot();

    assertThat(host.runs(host.next)).isTrue();
    assertThat(host.armed()).isTrue();
    assertThat(host.calls()).contains("start --no-block fleet-installer-guard@agent.timer");
  }

  @Tag("F58")
  @Test
  void it_goes_on_once_unless_the_daemon_has_watched_it_again() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + PAUSED);
    host.reboot();

    // The candidate takes the machine down, in whatever order, before the daemon is up.
    host.reboot();

    assertThat(host.runs(host.old)).isTrue();
    assertThat(host.guard.fired(AGENT)).map(Fired::why).contains(Fired.Why.BOOT);
  }

  @Test
  void it_goes_on_after_every_orderly_shutdown_while_the_daemon_watches_in_between()
      throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + PAUSED);
    host.reboot();
    host.guard.allow(AGENT, Duration.ofMinutes(5));

    host.reboot();

    assertThat(host.runs(host.next)).isTrue();
  }

  @Test
  void a_daemon_that_was_stopped_before_the_power_went_is_no_orderly_shutdown() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + PAUSED);

    host.powerOn();

    assertThat(host.runs(host.old)).isTrue();
  }

  @ValueSource(strings = {"active", "activating", "deactivating", "reloading"})
  @ParameterizedTest
  void a_person_who_starts_the_boot_unit_moves_nothing_under_a_candidate_that_lives(String state)
      throws Exception {
    Path data = Files.writeString(root.resolve("data"), "of the candidate");
    Path snapshot = Files.writeString(root.resolve("snapshot"), "of the old copy");
    GuardedHost host = GuardedHost.onTrial(root, new Kept(snapshot, data, root.resolve("aside")));
    host.unitIs("ActiveState=" + state);

    host.powerOn();

    assertThat(host.runs(host.next)).isTrue();
    assertThat(data).hasContent("of the candidate");
    assertThat(host.armed()).isTrue();
    assertThat(host.calls()).contains("start --no-block fleet-installer-guard@agent.timer");
  }

  @Test
  void where_its_deadline_cannot_be_set_a_candidate_that_lives_goes_at_once() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.unitIs("ActiveState=active");
    host.meanwhile("start", "case $* in *.timer) exit 1 ;; esac\n");

    host.powerOn();

    assertThat(host.calls()).contains("start --no-block fleet-installer-guard@agent.service");
  }

  @Test
  void a_person_who_stops_the_boot_unit_shuts_nothing_down() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + PAUSED);
    Files.writeString(host.bin.resolve("running"), "running\n");

    host.run("shutdown");
    host.powerOn();

    assertThat(host.runs(host.old)).isTrue();
  }

  @Test
  void an_old_leave_is_not_good_for_a_trial_that_is_watched_again() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Files.createFile(host.token("left"));
    host.guard.allow(AGENT, Duration.ofMinutes(5));
    host.tell(WELL + PAUSED);

    host.powerOn();

    assertThat(host.runs(host.old)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"failed\":\"OBSERVE\",\"fault\":\"refused\",\"code\":\"x\",\"why\":\"y\"",
        "\"begun\":\"SWITCH_BACK\",\"boot\":\"x\""
      })
  void a_candidate_that_was_given_up_never_goes_on(String line) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + "0123abcd {\"at\":\"x\"," + line + "}\n" + PAUSED);

    host.reboot();

    assertThat(host.runs(host.old)).isTrue();
  }

  @Test
  void words_of_a_candidate_do_not_give_it_up() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(
        WELL
            + "0123abcd {\"at\":\"x\",\"done\":\"RESTART\",\"notes\":[\"{\\\"at\\\":\\\"x\\\",\\\"failed\\\":\"]}\n"
            + PAUSED);

    host.reboot();

    assertThat(host.runs(host.next)).isTrue();
  }

  @Test
  void a_way_back_that_was_begun_is_gone_to_its_end_without_its_data_being_taken_for_new()
      throws Exception {
    Path data = Files.createDirectories(root.toRealPath().resolve("var/agent"));
    Kept kept = Kept.of(data, "00000007");
    GuardedHost host = GuardedHost.onTrial(root, kept);
    host.tell(WELL + PAUSED);
    // The shutdown has ended whoever had just brought the data back.
    Files.writeString(data.resolve("file"), "of 1.0");
    Files.writeString(Files.createDirectories(kept.aside()).resolve("file"), "of 2.0");

    host.reboot();

    assertThat(host.runs(host.old)).isTrue();
    assertThat(data.resolve("file")).hasContent("of 1.0");
    assertThat(kept.aside().resolve("file")).hasContent("of 2.0");
  }

  @Test
  void units_that_are_back_already_end_a_trial() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + PAUSED);
    String[] paths = host.lines("rename=").getFirst().split("\t", -1);
    Files.delete(Path.of(paths[1]));
    Files.move(Path.of(paths[0]), Path.of(paths[1]));

    host.reboot();

    assertThat(host.runs(host.old)).isTrue();
  }

  @Test
  void a_trial_whose_deadline_nobody_would_keep_does_not_go_on_for_ever() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + PAUSED);
    host.systemctlFails("start", true);

    host.reboot();

    assertThat(host.calls()).contains("start --no-block fleet-installer-guard@agent.service");
  }

  @ParameterizedTest
  @ValueSource(strings = {"timeout", "exit-code"})
  void what_boot_did_not_end_is_tried_again_later(String result) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);

    assertThat(host.run(Map.of("SERVICE_RESULT", result), "late")).isZero();

    assertThat(host.calls()).contains("start --no-block fleet-installer-guard@agent.service");
  }

  @Test
  void after_a_boot_that_went_well_nothing_is_tried_again() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);

    assertThat(host.run("late")).isZero();

    assertThat(host.calls()).isEmpty();
  }

  @Test
  void the_boot_unit_holds_no_agent_back_for_ever_and_tells_an_orderly_shutdown() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);

    String unit = Files.readString(host.etc.resolve("fleet-installer-boot.service"));

    String script = host.etc.resolve("fleet-installer-guard/guard").toString();
    assertThat(unit)
        .contains("\nTimeoutStartSec=60s\n")
        .contains("\nExecStop=/bin/sh " + script + " shutdown\n")
        .contains("\nExecStopPost=/bin/sh " + script + " late\n");
  }
}

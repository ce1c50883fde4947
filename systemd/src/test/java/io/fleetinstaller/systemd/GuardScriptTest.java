package io.fleetinstaller.systemd;

import static io.fleetinstaller.systemd.GuardedHost.AGENT;
import static io.fleetinstaller.systemd.GuardedHost.CONFIRM;
import static io.fleetinstaller.systemd.GuardedHost.PAUSED;
import static io.fleetinstaller.systemd.GuardedHost.UNIT;
import static io.fleetinstaller.systemd.GuardedHost.WELL;
import static io.fleetinstaller.systemd.GuardedHost.whole;
import static io.fleetinstaller.systemd.UnarmedHost.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Behaviour;
import io.fleetinstaller.host.Fired;
import io.fleetinstaller.host.Guard;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.release.Slot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the guard's script does with what was armed, on real files and a systemctl that listens. */
final class GuardScriptTest {
  @TempDir Path root;
  private UnarmedHost host;

  @BeforeEach
  void a_host_before_the_switch() throws Exception {
    host = new UnarmedHost(root);
  }

  @Tag("F44")
  @Test
  void it_goes_back_to_the_old_copy_and_leaves_its_mark() throws Exception {
    host.arm(Optional.of(host.old), Optional.of(host.next));
    host.switchTo(host.next);

    String calls = host.script("fire", "agent");

    assertThat(host.current()).isEqualTo(host.old.release().slotName());
    assertThat(host.etc.resolve(UNIT)).content().contains("agent/current/bin/agent.service");
    assertThat(host.etc.resolve(OTHER)).doesNotExist();
    assertThat(host.guard.fired(AGENT)).map(Fired::why).contains(Fired.Why.DEADLINE);
    assertThat(host.guard.armed(AGENT)).isEmpty();
    assertThat(calls.lines())
        .containsSubsequence(
            "stop agent-helper.service agent.service",
            "disable --no-reload agent-helper.service",
            "daemon-reload",
            "reset-failed agent.service",
            "start --no-block agent.service");
  }

  @Test
  void done_twice_it_changes_nothing_more() throws Exception {
    host.arm(Optional.of(host.old), Optional.of(host.next));
    host.switchTo(host.next);
    host.script("fire", "agent");

    String calls = host.script("fire", "agent");

    assertThat(calls).isEmpty();
    assertThat(host.current()).isEqualTo(host.old.release().slotName());
  }

  @Test
  void what_was_interrupted_anywhere_is_ended_by_the_next_go() throws Exception {
    for (int kept = 0; kept < 3; kept++) {
      a_host_before_the_switch();
      host.arm(Optional.of(host.old), Optional.of(host.next));
      host.switchTo(host.next);
      // as if power had gone after so many of its renames
      List<String> renames = host.lines("rename=");
      for (String line : renames.subList(0, Math.min(kept, renames.size()))) {
        String[] paths = line.split("\t", -1);
        new DurableDisk().delete(Path.of(paths[1]));
        Files.move(Path.of(paths[0]), Path.of(paths[1]));
      }

      host.script("boot");

      assertThat(host.current()).isEqualTo(host.old.release().slotName());
      assertThat(host.etc.resolve(UNIT)).content().contains("agent/current");
      Files.deleteIfExists(root.resolve("state/fired/agent.boot"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {CONFIRM, WELL + CONFIRM, CONFIRM + PAUSED})
  void a_confirmed_upgrade_is_left_alone_whenever_it_comes(String lines) throws Exception {
    host.arm(Optional.of(host.old), Optional.of(host.next));
    host.switchTo(host.next);
    host.tell(lines);

    String calls = host.script("fire", "agent");

    assertThat(host.current()).isEqualTo(host.next.release().slotName());
    assertThat(host.guard.fired(AGENT)).isEmpty();
    assertThat(host.guard.armed(AGENT)).isEmpty();
    assertThat(host.etc.resolve(UNIT + ".d")).isEmptyDirectory();
    assertThat(calls.lines())
        .contains("start --no-block agent-helper.service", "start --no-block agent.service");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0123abcd {\"at\":\"x\",\"done\":\"CONFI",
        "0123abcd {\"at\":\"x\",\"done\":\"CONFIRM\"}",
        "0123abcd {\"at\":\"x\",\"done\":\"OBSERVE\",\"notes\":[\"\\\"done\\\":\\\"CONFIRM\\\"\"]}\n",
        "{\"at\":\"x\",\"done\":\"CONFIRM\"}\n"
      })
  void a_torn_or_quoted_confirmation_is_none(String lines) throws Exception {
    host.arm(Optional.of(host.old), Optional.of(host.next));
    host.switchTo(host.next);
    host.tell(lines);

    host.script("fire", "agent");

    assertThat(host.current()).isEqualTo(host.old.release().slotName());
  }

  @Test
  void an_old_copy_that_is_not_whole_is_not_gone_back_to() throws Exception {
    host.arm(Optional.of(host.old), Optional.of(host.next));
    host.switchTo(host.next);
    Files.delete(host.old.path().resolve(".fleet-installer/valid"));

    host.script("fire", "agent");

    assertThat(host.current()).isEqualTo(host.next.release().slotName());
    assertThat(host.guard.fired(AGENT)).isEmpty();
  }

  @Tag("F59")
  @Test
  void a_link_that_names_neither_copy_is_left_alone() throws Exception {
    Slot third = whole(host.slots.slot(AGENT, "3.0", Map.of(UNIT, Behaviour.SERVES)));
    host.arm(Optional.of(host.old), Optional.of(host.next));
    host.switchTo(third);

    host.script("fire", "agent");

    assertThat(host.current()).isEqualTo(third.release().slotName());
  }

  @Test
  void a_record_without_its_end_moves_nothing() throws Exception {
    host.arm(Optional.of(host.old), Optional.of(host.next));
    host.switchTo(host.next);
    for (String place : List.of("state/armed/agent", "packages/.guard/open.agent")) {
      Path record = root.resolve(place);
      Files.writeString(record, Files.readString(record).replace("whole=yes\n", ""));
    }

    assertThat(host.script("fire", "agent")).isEmpty();
    assertThat(host.script("boot")).isEmpty();

    assertThat(host.current()).isEqualTo(host.next.release().slotName());
  }

  @Test
  void a_first_install_is_taken_away() throws Exception {
    Files.delete(host.old.current());
    host.arm(Optional.empty(), Optional.of(host.next));
    host.switchTo(host.next);
    Path dropIn = host.etc.resolve(OTHER + ".d/50-fleet-installer.conf");
    Files.writeString(
        Files.createDirectories(dropIn.getParent()).resolve(dropIn.getFileName()), "");

    host.script("fire", "agent");

    assertThat(host.old.current()).doesNotExist();
    assertThat(host.etc.resolve(OTHER)).doesNotExist();
    assertThat(dropIn).doesNotExist();
    assertThat(host.guard.fired(AGENT)).isPresent();
  }

  @Test
  void a_removal_is_undone_with_units_and_enablement() throws Exception {
    Path wants = Files.createDirectories(host.etc.resolve("multi-user.target.wants"));
    Path link = Files.createSymbolicLink(wants.resolve(UNIT), host.etc.resolve(UNIT));
    host.arm(Optional.of(host.old), Optional.empty());
    Files.delete(link);
    Files.delete(host.etc.resolve(UNIT));
    Files.delete(host.old.current());

    String calls = host.script("fire", "agent");

    assertThat(host.current()).isEqualTo(host.old.release().slotName());
    assertThat(host.etc.resolve(UNIT)).isRegularFile();
    assertThat(link).isSymbolicLink();
    assertThat(calls).contains("start --no-block agent.service");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", WELL, PAUSED, PAUSED + WELL, WELL + PAUSED + WELL})
  void at_boot_any_other_trial_goes_back(String lines) throws Exception {
    host.arm(Optional.of(host.old), Optional.of(host.next));
    host.switchTo(host.next);
    host.tell(lines);
    Path tokens = root.resolve("packages/.guard");
    Files.move(tokens.resolve("open.agent"), tokens.resolve("left.agent"));

    host.script("boot");

    assertThat(host.current()).isEqualTo(host.old.release().slotName());
    assertThat(host.guard.fired(AGENT)).map(Fired::why).contains(Fired.Why.BOOT);
  }

  @ParameterizedTest
  @CsvSource({
    "failed, 0, exit-code, 5, 5, true",
    "failed, , signal, 0, 0, true",
    "failed, 0, exit-code, 5, 4, false",
    "failed, 0, timeout, 5, 4, false",
    "failed, 0, exit-code, 5, 2, true",
    "failed, 0, watchdog, 5, 4, true",
    "inactive, 0, success, 5, 5, true",
    "inactive, 0, success, 5, 4, false",
    "inactive, 17, success, 5, 5, false",
    "failed, 17, exit-code, 5, 5, false",
    "active, 0, success, 5, 5, false",
    "activating, 0, exit-code, 5, 5, false"
  })
  void only_an_end_that_nobody_asked_for_is_the_candidates(
      String active, String job, String result, int ended, int left, boolean fires)
      throws Exception {
    host.arm(Optional.of(host.old), Optional.of(host.next));
    host.switchTo(host.next);
    Files.createDirectories(root.resolve("bin"));
    Files.writeString(
        root.resolve("bin/state"),
        "ActiveState=%s\nJob=%s\nResult=%s\nExecMainStartTimestampMonotonic=3\nExecMainExitTimestampMonotonic=%d\nActiveExitTimestampMonotonic=%d\n"
            .formatted(active, job == null ? "" : job, result, ended, left));

    int status = host.start("ended", "agent").waitFor();

    assertThat(status).isEqualTo(fires ? 0 : GuardedHost.NOBODY);
    assertThat(host.guard.fired(AGENT).isPresent()).isEqualTo(fires);
    assertThat(host.current()).isEqualTo((fires ? host.old : host.next).release().slotName());
  }

  @Test
  void a_candidate_that_fails_before_its_main_process_starts_is_down() throws Exception {
    host.arm(Optional.of(host.old), Optional.of(host.next));
    host.switchTo(host.next);
    Files.createDirectories(root.resolve("bin"));
    Files.writeString(
        root.resolve("bin/state"),
        """
        ActiveState=failed
        Job=0
        Result=exit-code
        ExecMainStartTimestampMonotonic=3
        ActiveExitTimestampMonotonic=4
        ExecMainExitTimestampMonotonic=5
        InactiveExitTimestampMonotonic=6
        """);

    host.script("ended", "agent");

    assertThat(host.guard.fired(AGENT)).isPresent();
  }

  @Test
  void what_was_set_aside_is_no_record() throws Exception {
    host.arm(Optional.of(host.old), Optional.of(host.next));
    Path record = root.resolve("state/armed/agent");
    Files.move(record, record.resolveSibling("agent.corrupt"));
    Files.delete(root.resolve("packages/.guard/open.agent"));
    host.switchTo(host.next);

    host.script("boot");

    assertThat(host.current()).isEqualTo(host.next.release().slotName());
  }

  @Test
  void it_waits_for_the_daemon_to_let_go() throws Exception {
    host.arm(Optional.of(host.old), Optional.of(host.next));
    host.switchTo(host.next);
    Process fire;
    try (Guard.Hold hold = host.guard.hold()) {
      assertThat(hold).isNotNull();
      fire = host.start("fire", "agent");
      assertThat(fire.waitFor(300, java.util.concurrent.TimeUnit.MILLISECONDS)).isFalse();
      assertThat(host.current()).isEqualTo(host.next.release().slotName());
    }

    assertThat(fire.waitFor()).isZero();

    assertThat(host.current()).isEqualTo(host.old.release().slotName());
  }
}

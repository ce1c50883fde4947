package io.fleetinstaller.systemd;

import static io.fleetinstaller.systemd.GuardedHost.AGENT;
import static io.fleetinstaller.systemd.GuardedHost.CONFIRM;
import static io.fleetinstaller.systemd.GuardedHost.PAUSED;
import static io.fleetinstaller.systemd.GuardedHost.WELL;
import static io.fleetinstaller.systemd.GuardedHost.damage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.host.Armed;
import io.fleetinstaller.host.Fired;
import io.fleetinstaller.host.Kept;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.release.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is armed is there twice, until it is about to be confirmed. */
final class GuardCopyTest {
  @TempDir Path root;

  static Stream<Arguments> losses() {
    return Stream.of("gone", "a folder", "a pipe", "unreadable", "empty")
        .flatMap(
            damage -> Stream.of("fire", "ended", "boot").map(verb -> Arguments.of(damage, verb)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void a_record_that_is_lost_leads_back_all_the_same_and_once(String damage, String verb)
      throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.unitIs("ActiveState=failed Job=0 Result=signal");
    damage(record(), damage);

    int status = host.run(verb, "agent");
    String calls = host.calls();
    int again = host.run(verb, "agent");

    assertThat(status).isZero();
    assertThat(host.runs(host.old)).isTrue();
    assertThat(host.guard.fired(AGENT)).map(mark -> mark.armed().upgradeId()).contains("00000007");
    assertThat(again).isZero();
    assertThat(host.calls()).isEqualTo(calls);
  }

  @Test
  void a_mark_of_the_record_itself_makes_its_copy_none() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.run("fire", "agent");
    String calls = host.calls();

    host.powerOn();

    assertThat(host.token("open")).doesNotExist();
    assertThat(host.guard.armed(AGENT)).isEmpty();
    assertThat(host.guard.fired(AGENT)).map(Fired::why).contains(Fired.Why.DEADLINE);
    assertThat(host.calls()).isEqualTo(calls);
  }

  @Test
  void the_trial_of_a_lost_record_goes_on_after_an_orderly_shutdown_and_is_still_guarded()
      throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + PAUSED);
    Files.delete(record());

    host.reboot();
    boolean goesOn = host.runs(host.next);
    host.run("fire", "agent");

    assertThat(goesOn).isTrue();
    assertThat(host.runs(host.old)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fire", "boot"})
  void what_is_about_to_be_confirmed_has_no_copy(String verb) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.guard.confirming(AGENT);
    Files.delete(record());

    int status = host.run(verb, "agent");

    assertThat(status).isZero();
    assertThat(host.runs(host.next)).isTrue();
    assertThat(host.calls()).isEmpty();
  }

  @Test
  void who_stands_down_leaves_no_copy() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Files.delete(host.old.path().resolve(".fleet-installer/valid"));

    host.run("fire", "agent");

    assertThat(host.armed()).isFalse();
    assertThat(host.token("open")).doesNotExist();
    assertThat(host.runs(host.next)).isTrue();
  }

  @Test
  void what_boot_did_not_end_is_tried_again_without_its_record() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Files.delete(record());

    host.run(Map.of("SERVICE_RESULT", "timeout"), "late");

    assertThat(host.calls()).contains("start --no-block fleet-installer-guard@agent.service");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ended", "boot"})
  void data_is_brought_back_by_the_copy_before_the_old_copy_starts(String verb) throws Exception {
    Path data = Files.createDirectories(root.toRealPath().resolve("var/agent"));
    GuardedHost host = withData(data);
    Files.delete(record());

    host.run(verb, "agent");

    assertThat(host.runs(host.old)).isTrue();
    assertThat(data.resolve("file")).hasContent("of 1.0");
  }

  @Test
  void a_copy_that_goes_while_the_guard_is_at_work_moves_nothing_before_the_data()
      throws Exception {
    Path data = Files.createDirectories(root.toRealPath().resolve("var/agent"));
    GuardedHost host = withData(data);
    Files.delete(record());
    host.meanwhile("stop", "mv %s %s".formatted(host.token("open"), host.token("gone")));

    int status = host.run("fire", "agent");
    boolean next = host.runs(host.next);
    Files.delete(host.bin.resolve("on-stop"));
    Files.move(host.token("gone"), host.token("spent"));
    int again = host.run("fire", "agent");

    assertThat(status).isEqualTo(1);
    assertThat(next).isTrue();
    assertThat(again).isZero();
    assertThat(host.runs(host.old)).isTrue();
    assertThat(data.resolve("file")).hasContent("of 1.0");
  }

  @Test
  void names_that_no_package_has_are_nobodys() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + PAUSED);
    Files.copy(record(), record().resolveSibling("agent bak"));

    host.reboot();

    assertThat(host.runs(host.next)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rubbish", "cut off"})
  void the_daemon_reads_the_copy_too(String damage) throws Exception {
    Path data = Files.createDirectories(root.toRealPath().resolve("var/agent"));
    GuardedHost host = withData(data);
    Armed armed = host.guard.armed(AGENT).orElseThrow();
    String text = Files.readString(record());
    Files.writeString(
        record(), damage.equals("cut off") ? text.substring(0, text.indexOf("restore=")) : damage);

    assertThat(armed.data()).isNotEmpty();
    assertThat(host.guard.armed(AGENT)).contains(armed);
    assertThat(record().resolveSibling("agent.corrupt")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"left", "spent"})
  void the_daemon_reads_the_copy_of_a_trial_that_it_does_not_watch_yet(String token)
      throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Armed armed = host.guard.armed(AGENT).orElseThrow();
    Files.move(host.token("open"), host.token(token));
    Files.delete(record());

    host.guard.mend(List.of(host.next));

    assertThat(host.guard.armed(AGENT)).contains(armed);
    assertThat(host.token("known")).doesNotExist();
  }

  @Test
  void who_watches_a_trial_without_a_copy_makes_one() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.guard.confirming(AGENT);
    host.guard.allow(AGENT, Duration.ofMinutes(5));
    Armed armed = host.guard.armed(AGENT).orElseThrow();
    Files.delete(record());

    assertThat(host.guard.armed(AGENT)).contains(armed);
  }

  @Test
  void a_record_that_is_lost_is_made_anew_by_who_watches() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    String record = Files.readString(record());
    Files.delete(record());

    host.guard.allow(AGENT, Duration.ofMinutes(5));

    assertThat(record()).hasContent(record);
  }

  @Test
  void what_the_guard_took_back_is_not_armed_anew_by_who_watches() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.run("fire", "agent");

    host.guard.allow(AGENT, Duration.ofMinutes(5));

    assertThat(record()).doesNotExist();
  }

  @Test
  void where_the_marks_are_lost_too_it_goes_back_once() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Files.delete(record());
    Files.delete(root.resolve("state/fired"));

    int status = host.run("fire", "agent");
    String calls = host.calls();
    host.run("fire", "agent");

    assertThat(status).isZero();
    assertThat(host.runs(host.old)).isTrue();
    assertThat(host.guard.fired(AGENT)).map(Fired::why).contains(Fired.Why.DEADLINE);
    assertThat(host.calls()).isEqualTo(calls);
  }

  @Test
  void a_copy_that_cannot_be_read_is_not_taken_for_none() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Files.delete(record());
    Path away = Files.move(host.token("open"), root.resolve("away"));
    damage(host.token("open"), "unreadable");

    int unreadable = host.run("fire", "agent");
    Files.delete(host.token("open"));
    Files.move(away, host.token("open"));
    int readable = host.run("fire", "agent");

    assertThat(unreadable).isEqualTo(1);
    assertThat(readable).isZero();
    assertThat(host.runs(host.old)).isTrue();
  }

  @Test
  void a_trial_does_not_go_on_with_a_candidate_that_is_gone() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + PAUSED);
    new DurableDisk().deleteTree(host.next.path());

    host.reboot();

    assertThat(host.runs(host.old)).isTrue();
  }

  @Test
  void a_record_with_a_path_that_is_none_is_set_aside() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Files.delete(host.token("open"));
    Files.writeString(record(), "mount=/a\0b\n" + Files.readString(record()));

    assertThat(host.guard.armed(AGENT)).isEmpty();
    assertThat(record().resolveSibling("agent.corrupt")).exists();
  }

  @Test
  void the_copy_does_not_outlive_the_record() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    // Something that cannot be deleted.
    Files.createFile(Files.createDirectory(host.token("left")).resolve("file"));

    assertThatThrownBy(host::disarm).isInstanceOf(Fault.class);

    assertThat(record()).exists();
  }

  @Test
  void who_watches_again_after_a_reboot_has_the_copy_again() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + PAUSED);
    Armed armed = host.guard.armed(AGENT).orElseThrow();
    host.reboot();
    host.guard.allow(AGENT, Duration.ofMinutes(5));
    Files.delete(record());

    assertThat(host.guard.armed(AGENT)).contains(armed);
    assertThat(host.token("spent")).doesNotExist();
  }

  @Test
  void a_new_trial_does_not_begin_with_the_copy_of_an_old_one() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.run("fire", "agent");
    OpenTrials trials = new OpenTrials(host.context());

    trials.begin(AGENT);

    assertThat(trials.copied(AGENT)).isEmpty();
    assertThat(host.token("open")).isEmptyFile();
  }

  @Test
  void an_end_takes_the_copy_away() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + CONFIRM);

    host.disarm();

    assertThat(host.token("open")).doesNotExist();
    assertThat(host.guard.armed(AGENT)).isEmpty();
  }

  /** Agent 1.0 had left something there, and 2.0 made something else of it. */
  private GuardedHost withData(Path data) throws Exception {
    Kept kept = Kept.of(data, "00000007");
    GuardedHost host = GuardedHost.onTrial(root, kept);
    host.unitIs("ActiveState=failed Job=0 Result=signal");
    Files.writeString(Files.createDirectories(kept.snapshot()).resolve("file"), "of 1.0");
    Files.writeString(data.resolve("file"), "of 2.0");
    return host;
  }

  private Path record() {
    return root.resolve("state/armed/agent");
  }
}

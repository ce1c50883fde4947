package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.host.Life;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job from the desired file to the host, on a fake host. */
class DaemonTest {
  @TempDir Path folder;
  private Stage stage;

  @BeforeEach
  void open() throws IOException {
    stage = new Stage(folder);
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  void a_release_that_is_asked_for_is_installed_and_the_next_one_upgraded_to() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);

    Document first = stage.poll();
    stage.desire(two);
    stage.poll();

    assertThat(first.text("ending")).isEqualTo("done");
    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.explain().object("previous").text("version")).isEqualTo("1");
    assertThat(stage.explain().object("last").text("end")).isEqualTo("upgraded");
    assertThat(stage.host.deeds)
        .containsSubsequence(
            "ready",
            "arm agent",
            "install agent 1",
            "reload",
            "restart agent 1",
            "confirming agent",
            "disarm agent",
            "arm agent",
            "install agent 2",
            "reload",
            "restart agent 2",
            "well agent",
            "confirming agent",
            "disarm agent");
  }

  @Tag("F36")
  @Test
  void a_candidate_that_exits_is_taken_back_and_not_tried_again_by_itself() throws Exception {
    Release one = stage.release("1");
    Release bad = stage.release("2");
    stage.host.life(bad, Life.GOOD.exits(Duration.ofSeconds(2), "status 1"));
    stage.start().desire(one);
    stage.poll();

    stage.desire(bad);
    stage.poll();
    stage.poll();

    Document last = stage.explain().object("last");
    assertThat(stage.current()).isEqualTo("1");
    assertThat(last.text("end")).isEqualTo("reverted");
    assertThat(last.object("reason").text("code")).isEqualTo("exited");
    assertThat(stage.explain().object("outlook").object("reason").text("code"))
        .isEqualTo("backoff");
    assertThat(stage.host.deeds).containsOnlyOnce("restart agent 2").contains("restart agent 1");
    assertThat(stage.folders()).noneMatch(name -> name.startsWith("2-"));
  }

  @Test
  void a_layer_that_one_repository_has_wrong_is_taken_from_the_next() throws Exception {
    Release one = stage.release("1");
    stage.liar();
    stage.start().desire(one);

    Document end = stage.poll();

    assertThat(end.text("ending")).isEqualTo("done");
    assertThat(stage.current()).isEqualTo("1");
    assertThat(stage.folders()).noneMatch(name -> name.equals(".staging"));
  }

  @Test
  void what_was_begun_goes_away_when_there_is_nothing_to_go_on_with() throws Exception {
    stage.start().desire(stage.release("1"));
    stage.poll();
    stage.begun();

    stage.poll();

    assertThat(stage.folders()).noneMatch(name -> name.equals(".begun"));
  }

  @Test
  void a_person_may_have_it_tried_again_at_once() throws Exception {
    Release one = stage.release("1");
    Release mended = stage.release("2");
    stage.host.life(mended, Life.GOOD.exits(Duration.ofSeconds(2), "status 1"));
    stage.start().desire(one);
    stage.poll();
    stage.desire(mended);
    stage.poll();
    stage.host.life(mended, Life.GOOD);

    Document end = stage.order(Verb.POLL);

    assertThat(end.text("ending")).isEqualTo("done");
    assertThat(stage.current()).isEqualTo("2");
  }

  @Tag("F59")
  @Test
  void a_rollback_needs_no_registry_takes_one_restart_and_stays() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);
    stage.poll();
    stage.desire(two);
    stage.poll();
    Files.move(folder.resolve("layouts"), folder.resolve("gone"));
    int before = stage.host.deeds.size();

    Document end = stage.order(Verb.ROLLBACK);
    stage.poll();

    assertThat(end.text("ending")).isEqualTo("done");
    assertThat(stage.current()).isEqualTo("1");
    assertThat(stage.host.deeds.subList(before, stage.host.deeds.size()))
        .filteredOn(deed -> deed.startsWith("restart"))
        .containsExactly("restart agent 1");
    assertThat(stage.explain().object("override").text("by"))
        .contains(System.getProperty("user.name"));
  }

  @Test
  void an_override_that_another_release_has_ended_does_not_come_back() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);
    stage.poll();
    stage.write("packages: []\n");
    stage.order(Verb.REMOVE);

    stage.desire(two);
    stage.poll();
    stage.write("packages: []\n");
    stage.poll();

    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.explain().has("override")).isFalse();
  }

  @Test
  void another_release_in_the_file_ends_the_override_and_unpin_does_too() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    Release three = stage.release("3");
    stage.start().desire(one);
    stage.poll();
    stage.order(Verb.UPGRADE, Optional.of(Stage.AGENT), Optional.of(two.digest()));
    String overridden = stage.current();

    stage.desire(three);
    stage.poll();
    String asked = stage.current();
    stage.order(Verb.ROLLBACK);
    String back = stage.current();
    stage.order(Verb.UNPIN);
    stage.poll();

    assertThat(overridden).isEqualTo("2");
    assertThat(asked).isEqualTo("3");
    assertThat(back).isEqualTo("2");
    assertThat(stage.order(Verb.POLL).text("ending")).isEqualTo("done");
    assertThat(stage.current()).isEqualTo("3");
  }

  @Test
  void a_hold_keeps_everything_as_it_is() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);
    stage.poll();
    stage.order(Verb.HOLD);

    stage.desire(two);
    stage.poll();
    String held = stage.current();
    String state = stage.explain().text("state");
    stage.order(Verb.UNHOLD);
    stage.poll();

    assertThat(held).isEqualTo("1");
    assertThat(state).isEqualTo("held");
    assertThat(stage.current()).isEqualTo("2");
  }

  @Test
  void a_hold_of_what_nobody_knows_counts_and_is_doubted() throws Exception {
    stage.start();

    Document end = stage.order(Verb.HOLD, Optional.of(new PackageName("agnet")), Optional.empty());

    assertThat(end.text("ending")).isEqualTo("done");
    assertThat(end.object("reason").text("sentence")).contains("is it spelt right?");
  }

  @Test
  void why_nothing_could_be_begun_is_told() throws Exception {
    Release one = stage.release("1");
    stage.start().poll();
    Files.createDirectories(folder.resolve("state/journals"));
    Files.createSymbolicLink(folder.resolve("state/journals/agent"), Path.of("/proc/self/task"));

    stage.desire(one);
    stage.poll();

    assertThat(stage.explain().text("state")).isEqualTo("waiting");
    assertThat(stage.explain().object("outlook").object("reason").text("sentence"))
        .startsWith("cannot begin a journal in");
  }

  @Test
  void absence_removes_the_package_and_keeps_a_way_back() throws Exception {
    Release one = stage.release("1");
    stage.start().desire(one);
    stage.poll();

    stage.write("packages: [{name: agent, ensure: absent}]\n");
    stage.poll();
    boolean gone = !stage.explain().has("current");
    Document end = stage.order(Verb.ROLLBACK);

    assertThat(gone).isTrue();
    assertThat(stage.host.deeds).contains("uninstall agent 1");
    assertThat(end.text("ending")).isEqualTo("done");
    assertThat(stage.current()).isEqualTo("1");
  }

  @Test
  void during_a_trial_the_plan_tells_what_it_comes_from() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    List<String> told = new ArrayList<>();
    stage.start().desire(one);
    stage.poll();
    stage.host.starting(_ -> told.add(planned()));

    stage.desire(two);
    stage.poll();

    assertThat(told).containsExactly("from 1 to 2");
    assertThat(planned()).isEqualTo("from 2 to 2");
  }

  private String planned() {
    try {
      Document plan = stage.plan();
      return "from %s to %s"
          .formatted(plan.object("from").text("version"), plan.object("to").text("version"));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Tag("F37")
  @Test
  void a_removal_that_is_asked_for_during_a_trial_waits_until_the_trial_is_over() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);
    stage.poll();
    stage.host.starting(slot -> {
      if (slot.release().equals(two)) {
        stage.request(Verb.REMOVE);
      }
    });

    stage.desire(two);
    stage.poll();
    stage.host.starting(_ -> {});
    stage.poll();
    boolean gone = !stage.explain().has("current");
    stage.order(Verb.INSTALL, Optional.of(Stage.AGENT), Optional.of(two.digest()));

    assertThat(gone).isTrue();
    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.host.deeds.stream().filter(deed -> !deed.startsWith("allow")))
        .containsSubsequence(
            "restart agent 2",
            "confirming agent",
            "disarm agent",
            "arm agent",
            "uninstall agent 2",
            "disarm agent",
            "arm agent",
            "install agent 2",
            "disarm agent")
        .containsOnlyOnce("uninstall agent 2");
  }

  @Test
  void a_first_install_that_is_not_well_leaves_nothing() throws Exception {
    Release bad = stage.release("1");
    stage.host.life(bad, Life.HANGING);
    stage.start().desire(bad);

    stage.poll();

    Document explained = stage.explain();
    assertThat(explained.has("current")).isFalse();
    assertThat(explained.object("last").object("reason").text("code")).isEqualTo("start-timeout");
    assertThat(stage.host.deeds).contains("uninstall agent 1");
  }

  @Test
  void a_bad_desired_file_changes_nothing_and_is_told() throws Exception {
    Release one = stage.release("1");
    stage.start().desire(one);
    stage.poll();

    stage.write("packages: [{name: agent, versoin: 2}]\n");
    Document end = stage.poll();

    assertThat(end.text("ending")).isEqualTo("transient");
    assertThat(end.object("reason").text("sentence")).contains("versoin");
    assertThat(stage.current()).isEqualTo("1");
    assertThat(stage.explain().object("desired").object("release").text("version")).isEqualTo("1");
  }

  @Test
  void a_release_that_is_not_there_is_given_up_and_the_service_sees_nothing_of_it()
      throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);
    stage.poll();
    int before = stage.host.deeds.size();
    Files.move(folder.resolve("layouts"), folder.resolve("gone"));

    stage.desire(two);
    stage.poll();

    Document last = stage.explain().object("last");
    assertThat(last.text("end")).isEqualTo("given-up");
    assertThat(stage.host.deeds.subList(before, stage.host.deeds.size()))
        .noneMatch(deed -> deed.startsWith("restart") || deed.startsWith("install"));
  }

  @Test
  void what_nobody_has_and_nobody_asks_for_is_not_removed() throws Exception {
    stage.start();

    Fault fault =
        catchThrowableOfType(
            Fault.class,
            () -> stage.order(Verb.REMOVE, Optional.of(new PackageName("zzz")), Optional.empty()));

    assertThat(fault).hasMessageContaining("cannot find package zzz");
    assertThat(fault.reason().code()).isEqualTo(ReasonCode.UNKNOWN_PACKAGE);
  }

  @Test
  void what_is_verified_is_counted() throws Exception {
    stage.start().desire(stage.release("1"));
    stage.poll();

    assertThat(stage.order(Verb.VERIFY).object("reason").text("sentence"))
        .isEqualTo("1 slot is as it was unpacked");

    Files.delete(folder.resolve("packages/agent/current/bin/agent"));
    assertThat(stage.order(Verb.VERIFY).object("reason").text("sentence"))
        .startsWith("1 difference, 1 slot looked at; ");
  }

  @Test
  void a_copy_that_runs_but_is_not_whole_is_never_upgraded_from() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);
    stage.poll();
    Files.delete(folder.resolve("packages/agent/current/.fleet-installer/valid"));
    int before = stage.host.deeds.size();

    stage.desire(two);
    stage.poll();

    Document outlook = stage.explain().object("outlook");
    assertThat(outlook.object("reason").text("code")).isEqualTo("slot-damaged");
    assertThat(stage.order(Verb.VERIFY).text("ending")).isEqualTo("broken");
    assertThat(stage.host.deeds.subList(before, stage.host.deeds.size())).isEmpty();
  }

  @Test
  void from_a_damaged_copy_there_is_a_way_to_another_release_and_back_to_the_previous()
      throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    Release bad = stage.release("3");
    stage.host.life(bad, Life.GOOD.exits(Duration.ofSeconds(2), "status 1"));
    stage.start().desire(one);
    stage.poll();
    stage.desire(two);
    stage.poll();
    Files.delete(folder.resolve("packages/agent/current/.fleet-installer/valid"));

    stage.desire(bad);
    stage.poll();

    assertThat(stage.explain().object("last").text("end")).isEqualTo("reverted");
    assertThat(stage.current()).isEqualTo("1");
  }

  @Tag("F19")
  @Test
  void a_copy_whose_files_are_lost_is_no_way_back_and_nothing_is_stopped() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);
    stage.poll();
    Files.delete(folder.resolve("packages/agent/current/bin/agent"));

    stage.desire(two);
    stage.poll();

    Document last = stage.explain().object("last");
    assertThat(last.text("end")).isEqualTo("given-up");
    assertThat(last.object("reason").text("code")).isEqualTo("slot-damaged");
    assertThat(stage.host.deeds).doesNotContain("restart agent 2");
    assertThat(folder.resolve("packages/agent/.begun")).as("what came is not lost").isDirectory();
  }

  @Test
  void a_person_may_leave_a_copy_whose_files_are_lost_for_good() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);
    stage.poll();
    stage.desire(two);
    stage.poll();
    Path damaged = folder.resolve("packages/agent/current").toRealPath();
    Files.delete(damaged.resolve("bin/agent"));

    Document end = stage.order(Verb.ROLLBACK);

    assertThat(end.text("ending")).isEqualTo("done");
    assertThat(stage.current()).isEqualTo("1");
    assertThat(folder.resolve("packages/agent/previous")).doesNotExist();
    assertThat(damaged).doesNotExist();
  }

  @Test
  void what_was_upgraded_from_stays_although_previous_does_not_name_it() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);
    stage.poll();
    stage.desire(two);
    stage.poll();
    stage.close();
    Path previous = folder.resolve("packages/agent/previous");
    Path old = previous.toRealPath();
    Files.delete(previous);
    Files.createSymbolicLink(previous, folder.resolve("packages/agent/current").toRealPath());

    stage.start().poll();

    assertThat(old.resolve("bin/agent")).exists();
  }

  @Test
  void a_digest_under_another_version_is_refused_also_when_it_is_on_disk() throws Exception {
    Release one = stage.release("1");
    stage.start().desire(one);
    stage.poll();

    stage.desire(
        new Release(Stage.AGENT, new io.fleetinstaller.release.Version("9"), one.digest()));
    stage.poll();

    assertThat(stage.explain().object("outlook").object("reason").text("code"))
        .isEqualTo("descriptor-mismatch");
  }

  @Test
  void a_release_that_a_person_asked_for_and_that_is_not_well_leaves_no_override()
      throws Exception {
    Release one = stage.release("1");
    Release bad = stage.release("2");
    stage.host.life(bad, Life.GOOD.exits(Duration.ofSeconds(2), "status 1"));
    stage.start().desire(one);
    stage.poll();

    Document end = stage.order(Verb.UPGRADE, Optional.of(Stage.AGENT), Optional.of(bad.digest()));

    assertThat(end.text("ending")).isEqualTo("refused");
    assertThat(stage.explain().has("override")).isFalse();
  }

  @Test
  void a_pipe_as_desired_file_is_refused_and_the_daemon_goes_on() throws Exception {
    Release one = stage.release("1");
    stage.start().desire(one);
    stage.poll();
    Files.delete(folder.resolve("desired.yaml"));
    new ProcessBuilder("mkfifo", "-m", "600", folder.resolve("desired.yaml").toString())
        .start()
        .waitFor();

    stage.poll();
    Files.delete(folder.resolve("desired.yaml"));
    stage.desire(one);

    assertThat(stage.poll().text("ending")).isEqualTo("done");
  }

  @Tag("F13")
  @Test
  void what_runs_is_not_swept_away_though_no_link_names_it() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);
    stage.poll();
    stage.desire(two);
    stage.poll();
    stage.host.outlived();
    stage.close();
    Path home = folder.resolve("packages/agent");
    Path first = Files.readSymbolicLink(home.resolve("previous"));
    Files.delete(home.resolve("current"));
    Files.createSymbolicLink(home.resolve("current"), first);
    stage.desire();

    stage.start().poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(stage.folders()).contains(one.slotName(), two.slotName());
  }

  @Test
  void what_is_there_survives_a_restart_of_the_daemon() throws Exception {
    Release one = stage.release("1");
    stage.start().desire(one);
    stage.poll();
    stage.order(Verb.HOLD);

    stage.close();
    stage.start();
    stage.poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(stage.explain().object("hold").text("by")).contains(System.getProperty("user.name"));
  }

  @Tag("F03")
  @Test
  void a_second_daemon_of_the_same_state_does_not_start() throws Exception {
    stage.start().poll();

    assertThatThrownBy(() -> stage.assembly().run())
        .isInstanceOf(Fault.Broken.class)
        .hasMessageContaining("another daemon runs with the state in");
  }

  @Test
  void a_request_is_not_late_because_the_daemon_s_clock_jumps() throws Exception {
    stage.start();
    try (SocketChannel caller =
        SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("sock")))) {
      for (String part : List.of("GET /v1/daemon HTTP/1.1\r\n", "Host: localhost\r\n", "\r\n")) {
        caller.write(ByteBuffer.wrap(part.getBytes(StandardCharsets.US_ASCII)));
        stage.poll();
        stage.time.pass(Duration.ofDays(1));
      }

      assertThat(new String(Channels.newInputStream(caller).readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 200 ");
    }
  }
}

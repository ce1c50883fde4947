package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.host.Life;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault;
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

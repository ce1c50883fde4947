package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.host.Life;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which copies on disk are a way back, and which are kept though no link names them. */
class CopiesTest {
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
}

package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.release.Release;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The copy that is current is not whole any more when the daemon starts. */
final class DamagedCurrentTest {
  @TempDir Path folder;
  private Stage stage;
  private Release one;
  private Release two;

  @BeforeEach
  void a_host_that_was_upgraded_once() throws Exception {
    stage = new Stage(folder);
    one = stage.release("1");
    two = stage.release("2");
    stage.start().desire(one);
    stage.poll();
    stage.desire(two);
    stage.poll();
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Tag("F01")
  @Tag("F04")
  @CsvSource({"valid, DELETED", "valid, EMPTY", "descriptor.json, EMPTY", "descriptor.json, TORN"})
  @ParameterizedTest
  void where_services_ended_with_the_daemon_the_copy_before_serves_until_it_is_here_again(
      String file, Damage damage) throws Exception {
    stage.close();
    damage.happenTo(slot(two).resolve(".fleet-installer").resolve(file));
    Files.move(folder.resolve("layouts"), folder.resolve("away"));

    stage.start().poll();
    String meanwhile = stage.current();
    Optional<Path> serves = stage.host.state(Stage.AGENT, "agent.service").executable();
    String told = stage.problems();
    Files.move(folder.resolve("away"), folder.resolve("layouts"));
    stage.order(Verb.UPGRADE);

    assertThat(meanwhile).isEqualTo("1");
    assertThat(told).contains("current of agent named no whole slot", "it is made to name agent 1");
    assertThat(serves).hasValueSatisfying(it -> assertThat(it).startsWithRaw(slot(one)));
    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.explain().object("previous").text("version")).isEqualTo("1");
  }

  @Tag("F01")
  @ValueSource(strings = {"dangles", "loops", "leads elsewhere", "is a folder", "is a file"})
  @ParameterizedTest
  void a_lost_link_takes_no_whole_copy_back(String how) throws Exception {
    stage.close();
    stage.host.deeds.clear();
    Path current = folder.resolve("packages/agent/current");
    Files.delete(current);
    switch (how) {
      case "dangles" -> Files.createSymbolicLink(current, Path.of("9-000000000000"));
      case "loops" -> Files.createSymbolicLink(current, Path.of("current"));
      case "leads elsewhere" -> Files.createSymbolicLink(current, folder);
      case "is a folder" -> Files.createDirectory(current);
      default -> Files.createFile(current);
    }
    stage.desire();

    stage.start().poll();

    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.problems()).contains("current of agent was lost", "made to name agent 2");
    assertThat(stage.explain().object("previous").text("version")).isEqualTo("1");
    assertThat(stage.host.deeds).doesNotContain("restart agent 1");
    assertThat(stage.host.state(Stage.AGENT, "agent.service").executable())
        .hasValueSatisfying(it -> assertThat(it).startsWithRaw(slot(two)));
  }

  @Test
  void without_journals_the_copy_before_serves_too() throws Exception {
    stage.close();
    Damage.DELETED.happenTo(slot(two).resolve(".fleet-installer/valid"));
    Damage.DELETED.happenTo(folder.resolve("state"));
    stage.desire();

    stage.start().poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(stage.host.state(Stage.AGENT, "agent.service").executable())
        .hasValueSatisfying(it -> assertThat(it).startsWithRaw(slot(one)));
  }

  @Test
  void where_the_damage_passes_the_copy_is_started_again() throws Exception {
    stage.close();
    Path mark = slot(two).resolve(".fleet-installer/valid");
    Path away = Files.move(mark, folder.resolve("valid"));
    Damage.DELETED.happenTo(slot(one));
    stage.desire();
    stage.start().poll();
    Files.move(away, mark);

    stage.poll();

    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.host.state(Stage.AGENT, "agent.service").executable())
        .hasValueSatisfying(it -> assertThat(it).startsWithRaw(slot(two)));
  }

  @Test
  void where_nothing_else_is_whole_it_is_installed_anew() throws Exception {
    stage.close();
    Damage.DELETED.happenTo(slot(two).resolve(".fleet-installer/valid"));
    Damage.DELETED.happenTo(slot(one).resolve(".fleet-installer/valid"));

    stage.start().poll();

    assertThat(stage.problems()).contains("it is taken away");
    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.explain().object("last").text("end")).isEqualTo("upgraded");
  }

  @Test
  void where_the_link_leads_nowhere_and_nothing_else_is_whole_it_is_installed_anew()
      throws Exception {
    stage.close();
    Damage.DELETED.happenTo(slot(two));
    Damage.DELETED.happenTo(slot(one).resolve(".fleet-installer/valid"));

    stage.start().poll();

    assertThat(stage.problems()).contains("it is taken away");
    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.explain().object("last").text("end")).isEqualTo("upgraded");
  }

  @Test
  void an_older_copy_is_not_started_on_data_that_may_be_beyond_it() throws Exception {
    Path data = Files.createDirectories(folder.toRealPath().resolve("var")).resolve("agent");
    Release three = stage.release(Stage.AGENT, "3", "3", "state: [{path: %s}],".formatted(data));
    Release four =
        stage.release(
            Stage.AGENT, "4", "4", "state: [{path: %s}], pointOfNoReturn: true,".formatted(data));
    for (Release release : List.of(three, four)) {
      stage.desire(release);
      stage.poll();
    }
    stage.close();
    Damage.DELETED.happenTo(slot(four).resolve(".fleet-installer/valid"));

    stage.start().poll();

    assertThat(stage.problems()).contains("it is taken away");
    assertThat(stage.current()).isEqualTo("4");
    assertThat(stage.host.deeds).containsOnlyOnce("restart agent 3");
  }

  @Test
  void where_services_go_on_nothing_is_moved_under_them() throws Exception {
    stage.host.outlived();
    stage.close();
    Damage.DELETED.happenTo(slot(two).resolve(".fleet-installer/valid"));

    stage.start();

    assertThat(folder.resolve("packages/agent/current")).isSymbolicLink();
    assertThat(slot(two)).isDirectory();
    assertThat(folder.resolve("packages/agent/current").toRealPath())
        .isEqualTo(slot(two).toRealPath());
  }

  private Path slot(Release release) {
    return folder.resolve("packages/agent").resolve(release.slotName());
  }
}

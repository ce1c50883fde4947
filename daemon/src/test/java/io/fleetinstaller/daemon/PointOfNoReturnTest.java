package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.repo.Publisher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever looks before an upgrade is told that there will be no way back from it. */
class PointOfNoReturnTest {
  private static final String ON_SUNDAYS =
      "window: {days: [sun], from: \"02:00\", for: 1h, zone: UTC}";

  @TempDir Path folder;
  private Stage stage;

  @BeforeEach
  void open() throws Exception {
    folder = folder.toRealPath();
    stage = new Stage(folder);
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  void the_catalog_knows_it_of_a_release_that_is_not_here_yet() throws Exception {
    Publisher publisher = publisher();
    publisher.deploy(publish(publisher, "2", "pointOfNoReturn: true,"), ", " + ON_SUNDAYS);
    publisher.publish();

    stage.poll();

    assertThat(folder.resolve("packages/agent"))
        .isDirectoryNotContaining(child -> child.getFileName().toString().startsWith("2-"));
    for (Document outlook : outlooks()) {
      assertThat(outlook.object("to").text("version")).isEqualTo("2");
      assertThat(outlook.object("reason").text("code")).isEqualTo("window");
      assertThat(outlook.object("pointOfNoReturn").text("code")).isEqualTo("point-of-no-return");
      assertThat(outlook.object("pointOfNoReturn").text("sentence"))
          .contains("after confirmation there is no way back to 1");
    }
  }

  @Test
  void of_any_other_release_nothing_is_said() throws Exception {
    Publisher publisher = publisher();
    publisher.deploy(publish(publisher, "2", ""), ", " + ON_SUNDAYS);
    publisher.publish();

    stage.poll();

    for (Document outlook : outlooks()) {
      assertThat(outlook.object("to").text("version")).isEqualTo("2");
      assertThat(outlook.has("pointOfNoReturn")).isFalse();
    }
  }

  @Test
  void its_slot_knows_it_of_a_release_that_no_catalog_has() throws Exception {
    Release one = release("1", "");
    Release two = release("2", "pointOfNoReturn: true,");
    stage.start().desire(one);
    stage.poll();
    stage.desire(two);
    stage.poll();
    stage.order(Verb.INSTALL, Optional.of(Stage.AGENT), Optional.of(one.digest()));
    assertThat(stage.current()).isEqualTo("1");
    Files.writeString(
        stage.settings(),
        Files.readString(stage.settings()) + "policy: {%s}\n".formatted(ON_SUNDAYS));
    stage.poll();

    stage.order(Verb.UNPIN);

    for (Document outlook : outlooks()) {
      assertThat(outlook.object("reason").text("code")).isEqualTo("window");
      assertThat(outlook.object("pointOfNoReturn").text("sentence")).contains("no way back to 1");
    }
  }

  /** Of signed config, in which 1 is deployed and runs here. */
  private Publisher publisher() throws Exception {
    Publisher publisher = new Publisher(folder.resolve("repo"), stage.time);
    publisher.deploy(publish(publisher, "1", ""), "");
    publisher.publish();
    stage.follow(publisher.site(), publisher.root(), "").start().poll();
    assertThat(stage.current()).isEqualTo("1");
    return publisher;
  }

  private Release publish(Publisher publisher, String version, String more) throws Exception {
    Release release = release(version, more);
    publisher.add(stage.layout(), release);
    return release;
  }

  private Release release(String version, String more) throws Exception {
    Path data = Files.createDirectories(folder.resolve("var")).resolve("agent");
    return stage.release(
        Stage.AGENT, version, version, "state: [{path: %s}], %s".formatted(data, more));
  }

  /** All documents that tell what comes next. */
  private List<Document> outlooks() throws Exception {
    return List.of(
        stage.plan(),
        stage.explain().object("outlook"),
        stage.status().objects("packages").getFirst().object("outlook"));
  }
}

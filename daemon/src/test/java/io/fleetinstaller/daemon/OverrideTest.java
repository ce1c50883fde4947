package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.repo.Publisher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person decided on a host that follows a channel, for as long as it should count. */
class OverrideTest {
  @TempDir private Path folder;
  private Stage stage;
  private Publisher publisher;
  private Path site;
  private Release one;
  private Release two;
  private Release three;

  /** It runs 2, and 3 comes to it a day after it was published. */
  @BeforeEach
  void open() throws Exception {
    stage = new Stage(folder);
    publisher = new Publisher(folder.resolve("repo"), stage.time);
    site = folder.resolve("site");
    one = stage.release("1");
    two = stage.release("2");
    three = stage.release("3");
    publisher.add(stage.layout(), one);
    publisher.add(stage.layout(), two);
    publisher.follow(
        ", rollout: {start: \"%s\", waves: [{percent: 100, after: 24h}]}"
            .formatted(stage.time.now()));
    publish();
    stage.time.pass(Duration.ofDays(1));
    stage.follow(site, publisher.root(), "").start().poll();
    assertThat(stage.current()).isEqualTo("2");
    publisher.add(stage.layout(), three);
    publish();
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  void what_was_removed_stays_away_until_the_next_release_has_come() throws Exception {
    stage.poll();
    stage.order(Verb.REMOVE);
    stage.poll();
    boolean gone = !stage.explain().has("current");

    stage.time.pass(Duration.ofDays(1));
    stamp();
    stage.poll();

    assertThat(gone).isTrue();
    assertThat(stage.current()).isEqualTo("3");
  }

  @Test
  void an_older_release_that_was_installed_stays_until_the_next_has_come() throws Exception {
    stage.poll();
    install(one.digest());
    stage.poll();
    String before = stage.current();

    stage.time.pass(Duration.ofDays(1));
    stamp();
    stage.poll();

    assertThat(before).isEqualTo("1");
    assertThat(stage.current()).isEqualTo("3");
  }

  @Test
  void a_clock_that_is_ahead_for_a_while_ends_nothing() throws Exception {
    install(one.digest());
    stage.time.pass(Duration.ofDays(30));
    stage.poll();
    String ahead = stage.explain().object("override").text("by");

    stage.time.jump(stage.time.now().minus(Duration.ofDays(30)));
    stage.poll();

    assertThat(ahead).contains(System.getProperty("user.name"));
    assertThat(stage.current()).isEqualTo("1");
  }

  @Test
  void what_could_not_be_ended_is_waited_for() throws Exception {
    stage.poll();
    install(one.digest());
    Path inTheWay = Files.createDirectories(folder.resolve("state/.policy.json.new/in-the-way"));
    stage.time.pass(Duration.ofDays(1));
    stamp();

    stage.poll();
    Document asked = stage.order(Verb.POLL);
    String meanwhile = stage.current();
    Files.delete(inTheWay);
    Files.delete(inTheWay.getParent());
    Document other = install(two.digest());
    stage.order(Verb.UNPIN);
    stage.poll();

    assertThat(other.text("ending")).isEqualTo("done");
    assertThat(asked.text("ending")).isEqualTo("transient");
    assertThat(asked.object("reason").text("sentence")).contains("cannot forget");
    assertThat(meanwhile).isEqualTo("1");
    assertThat(stage.current()).isEqualTo("3");
  }

  @Test
  void what_only_expired_metadata_vouch_for_is_not_called_unsigned() throws Exception {
    stage.poll();
    stage.time.pass(Duration.ofDays(30));

    Document end = install(three.digest());

    assertThat(end.text("ending")).isEqualTo("refused");
    assertThat(end.object("reason").text("code")).isEqualTo("metadata-expired");
  }

  @Test
  void documents_that_count_no_longer_are_not_told_as_nothing_to_do() throws Exception {
    stage.time.pass(Duration.ofDays(100));

    Document end = stage.order(Verb.UPGRADE);

    assertThat(end.text("ending")).isEqualTo("refused");
  }

  private Document install(Digest digest) throws Exception {
    return stage.order(Verb.INSTALL, Optional.of(Stage.AGENT), Optional.of(digest));
  }

  private void publish() throws Exception {
    publisher.publish();
    Publisher.copy(publisher.site(), site);
  }

  private void stamp() throws Exception {
    publisher.stamp();
    Publisher.copy(publisher.site(), site);
  }
}

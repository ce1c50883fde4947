package io.fleetinstaller.daemon;

import static io.fleetinstaller.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.supply.LayoutServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A download of some package that takes longer than the daemon's own upgrade may wait. */
@Timeout(60)
class OwnTurnTest {
  /** At 1 KiB a second. */
  private static final int MINUTES = 20;

  private static final int LARGE = 60 << 10;

  /** The daemon's own upgrade is not due before a download that begins at once has begun. */
  private static final String SOON =
      "policy: {packages: {fleet-installer: {window: {from: \"03:07\", for: 2h, zone: UTC}}}}";

  @TempDir Path folder;
  private Stage stage;
  private OwnPackage own;
  private Release next;
  private Release agent;

  @BeforeEach
  void an_agent_that_takes_long_to_come() throws Exception {
    stage = new Stage(folder);
    own = new OwnPackage(folder, stage);
    own.release("old");
    next = own.release("next");
    own.rehearses(() -> own.rehearse(stage.settings(), new SystemTime()));
    own.start("old");
    Path files = Files.createDirectories(folder.resolve("source-large/bin"));
    Random random = new Random(1);
    for (int i = 0; i < MINUTES; i++) {
      byte[] bytes = new byte[LARGE];
      random.nextBytes(bytes);
      Files.write(files.resolve("part-" + i), bytes);
    }
    agent = stage.release(Stage.AGENT, "1", "large");
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  void it_makes_way_for_the_daemons_own_upgrade_and_is_gone_on_with() throws Exception {
    slowly(SOON);

    stage.desire(agent, next);
    stage.awaitEnd();
    stage.start().poll();

    Document self = stage.explain(PackageName.INSTALLER);
    assertThat(self.object("current").text("digest")).isEqualTo(next.digest().toString());
    Document last = stage.explain().object("last");
    assertThat(last.text("end")).isEqualTo("given-up");
    assertThat(last.object("reason").text("code")).isEqualTo("own-turn");
    stage.time.pass(Duration.ofMinutes(2));
    stage.poll();
    assertThat(stage.current()).isEqualTo("1");
    assertThat(fetched()).containsPattern("by ranges, [5-9][0-9]{2}\\.. KiB");
  }

  @Test
  void it_makes_way_once_for_a_release_of_the_daemon_that_does_not_come_either() throws Exception {
    slowly(SOON);
    Path blind = folder.resolve("blind.yaml");
    Files.writeString(
        blind, Files.readString(stage.settings()).replace("desired.yaml", "nothing.yaml"));
    own.rehearses(() -> own.rehearse(blind, new SystemTime()));
    stage.desire(agent, next);
    eventually("it makes way", () -> stage.whys().contains("own-turn"));

    stage.time.pass(Duration.ofMinutes(2));
    stage.poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(stage.explain(PackageName.INSTALLER).object("last").text("end"))
        .isEqualTo("given-up");
  }

  @Test
  void it_does_not_while_a_person_waits_for_it() throws Exception {
    slowly(SOON);
    stage.desire(next);

    Document end = stage.order(Verb.INSTALL, Optional.of(Stage.AGENT), Optional.of(agent.digest()));

    assertThat(end.text("ending")).isEqualTo("done");
  }

  @Test
  void it_does_not_where_the_daemon_is_as_it_should_be() throws Exception {
    slowly("policy: {packages: {fleet-installer: {hold: not yet}}}");

    stage.desire(agent, next);
    stage.poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(fetched()).startsWith("as a whole, ");
  }

  @Test
  void it_makes_way_for_a_person_who_asks_for_another_daemon() throws Exception {
    try (LayoutServer server = new LayoutServer(stage.layout())) {
      slowly("");
      Files.writeString(
          stage.settings(),
          Files.readString(stage.settings())
              .replace("repositories: [", "repositories: [\"%s\", ".formatted(server.address())));
      AtomicBoolean asked = new AtomicBoolean();
      server.lie(part -> {
        if (part.blob().length > LARGE && asked.compareAndSet(false, true)) {
          stage.request(Verb.ROLLBACK, PackageName.INSTALLER);
          stage.time.pass(OwnTurn.PATIENCE);
        }
        return Optional.empty();
      });

      stage.desire(agent);

      // Who asks it to look waits for the download.
      eventually("it makes way", () -> stage.whys().contains("own-turn"));
    }
  }

  private void slowly(String more) throws Exception {
    stage.close();
    Files.writeString(
        stage.settings(),
        Files.readString(stage.settings()) + "network: {limit: {rate: 1KiB}}\n" + more + "\n");
    stage.start();
  }

  private String fetched() throws Exception {
    return String.join("; ", stage.explain().object("last").texts("fetched"));
  }
}

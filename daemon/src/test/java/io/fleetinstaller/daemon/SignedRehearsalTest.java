package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.repo.Publisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a candidate of the daemon must make of what this host trusts. */
@Timeout(120)
class SignedRehearsalTest {
  private static final String FLOORS = "trust/memory/floors.json";

  @TempDir Path folder;
  private Stage stage;
  private OwnPackage own;
  private Publisher publisher;
  private Release next;

  @BeforeEach
  void a_daemon_that_follows_signed_config() throws Exception {
    stage = new Stage(folder);
    own = new OwnPackage(folder, stage);
    own.release("old");
    next = own.release("next");
    publisher = new Publisher(folder.resolve("repo"), stage.time);
    publisher.add(folder.resolve("layouts/fleet-installer"), next);
    publisher.publish();
    stage.follow(publisher.site(), publisher.root(), "");
    own.start("old");
    stage.poll();
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  void a_candidate_that_would_forget_what_it_may_not_go_below_is_refused() throws Exception {
    Path other = folder.resolve("other-state");
    Publisher.copy(folder.resolve("state"), other);
    Damage.GARBAGE.happenTo(other.resolve(FLOORS));
    reads(other);

    deploy();

    assertThat(refusal().text("sentence")).contains("it cannot read all of the state");
    assertThat(refusal().texts("evidence"))
        .anyMatch(it -> it.contains(folder.resolve("state").resolve(FLOORS) + ".corrupt"));
  }

  @Test
  void what_has_been_damaged_since_the_last_poll_is_not_held_against_a_candidate()
      throws Exception {
    own.rehearses(() -> new Host.Exit(3, false, List.of("not yet")));
    deploy();
    assertThat(refusal().text("sentence")).contains("exited 3");
    Path floors = folder.resolve("state").resolve(FLOORS);
    Damage.GARBAGE.happenTo(floors);
    reads(folder.resolve("state"));

    stage.request(Verb.UPGRADE, PackageName.INSTALLER);
    stage.awaitEnd();

    assertThat(stage.host.deeds).contains("arm fleet-installer");
    assertThat(floors).as("until a daemon starts").isNotEmptyFile();
  }

  /** The candidate finds this state where the daemon has its own. */
  private void reads(Path state) throws IOException {
    Path settings =
        Files.writeString(
            folder.resolve("settings.yaml"),
            Files.readString(stage.settings())
                .replace("state: %s/state".formatted(folder), "state: " + state));
    own.rehearses(() -> own.rehearse(settings, new OnStage(stage.time)));
  }

  private void deploy() throws Exception {
    publisher.deploy(next, "");
    publisher.publish();
    stage.poll();
  }

  private Document refusal() throws Exception {
    return stage.explain(PackageName.INSTALLER).object("last").object("reason");
  }

  /** The wall clock by which the config was signed; waits take as long as they take. */
  private record OnStage(Time wall) implements Time {
    private static final Time REAL = new SystemTime();

    @Override
    public Instant now() {
      return wall.now();
    }

    @Override
    public Duration elapsed() {
      return REAL.elapsed();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      REAL.sleep(duration);
    }
  }
}

package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.Life;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as a package of its own, on a fake host whose process it is. */
@Timeout(120)
class SelfUpgradeTest {
  /** What a program says that was not built as a release. */
  private static final String VERSION = "development";

  @TempDir Path folder;
  private Stage stage;
  private Release old;
  private Release next;

  @BeforeEach
  void a_daemon_that_runs_from_a_slot() throws Exception {
    stage = new Stage(folder);
    old = stage.release(PackageName.INSTALLER, VERSION, "old");
    next = stage.release(PackageName.INSTALLER, VERSION, "next");
    stage.host.incarnate(this::startStage);
    setUp("old");
    stage.host.incarnate(() -> Thread.currentThread().interrupt());
    // The host that setup opened took its processes along.
    stage.close();
    stage.start();
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  private void startStage() {
    try {
      stage.start();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private Release setUp(String content) throws Exception {
    Reference what =
        Reference.parse("file:%s/layouts/fleet-installer:%s".formatted(folder, content));
    return new Setup(stage.settings(), false, stage.kind(), stage.outside())
        .run(what, RegistrySettings.NONE);
  }

  /** What the rehearsing candidate does. */
  private void rehearses(FakeRehearsal rehearsal) {
    List<String> argv =
        List.of(
            "bin/fleet-installer",
            "run",
            "--config",
            stage.settings().toString(),
            "--rehearse",
            folder.resolve("rehearsal").toString());
    stage.host.program(argv, rehearsal::run);
  }

  private interface FakeRehearsal {
    Host.Exit run() throws Fault;
  }

  private Host.Exit rehearse() throws Fault {
    try {
      Rehearsing.run(
          stage.settings(),
          false,
          folder.resolve("rehearsal"),
          new Assembly.Outside(new SystemTime(), new Random(1), Map.of()));
      return new Host.Exit(0, false, List.of());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void setup_puts_the_daemon_into_a_slot_and_starts_it() throws Exception {
    Document self = stage.explain(PackageName.INSTALLER);

    assertThat(self.object("current").text("digest")).isEqualTo(old.digest().toString());
    assertThat(stage.host.deeds)
        .containsSubsequence(
            "install fleet-installer development", "reload", "restart fleet-installer development");
  }

  @Test
  void setup_does_nothing_beside_a_daemon_that_runs() {
    assertThatThrownBy(() -> setUp("next"))
        .isInstanceOf(Fault.Broken.class)
        .hasMessageContaining("another daemon runs");
  }

  @Test
  void a_candidate_that_proves_itself_takes_over_and_is_confirmed_by_itself() throws Exception {
    rehearses(this::rehearse);

    stage.desire(next);
    stage.awaitEnd();
    stage.start().poll();

    Document self = stage.explain(PackageName.INSTALLER);
    assertThat(self.object("current").text("digest")).isEqualTo(next.digest().toString());
    assertThat(self.object("previous").text("digest")).isEqualTo(old.digest().toString());
    assertThat(self.object("last").text("end")).isEqualTo("upgraded");
    assertThat(stage.host.deeds.stream().filter(deed -> deed.startsWith("restart"))).hasSize(2);
  }

  @Test
  void a_candidate_that_is_not_well_goes_back_to_the_old_one_by_itself() throws Exception {
    rehearses(this::rehearse);
    stage.host.life(next, Life.GOOD.exits(Duration.ofSeconds(2), "status 1"));

    stage.desire(next);
    stage.awaitEnd();
    stage.start().awaitEnd();
    stage.start().poll();

    Document self = stage.explain(PackageName.INSTALLER);
    assertThat(self.object("current").text("digest")).isEqualTo(old.digest().toString());
    assertThat(self.object("last").text("end")).isEqualTo("reverted");
    assertThat(self.object("last").object("reason").text("code")).isEqualTo("exited");
  }
}

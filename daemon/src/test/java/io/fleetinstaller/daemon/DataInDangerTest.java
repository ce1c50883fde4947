package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Armed;
import io.fleetinstaller.host.Life;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.Effects;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that goes wrong around a snapshot costs an agent its data. */
final class DataInDangerTest {
  @TempDir Path folder;
  private Stage stage;
  private Path data;

  /** What happens instead of, or before, an effect on the disk. */
  private interface Trouble {
    void at(String effect, Object... words) throws Exception;
  }

  @BeforeEach
  void open() throws Exception {
    folder = folder.toRealPath();
    data = Files.createDirectories(folder.resolve("var/agent"));
    stage = new Stage(folder);
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  void a_guard_that_goes_back_during_the_copy_leaves_the_old_agent_its_live_data()
      throws Exception {
    Release one = keeping("1");
    Release two = keeping("2");
    AtomicBoolean upgrading = new AtomicBoolean();
    stage.effects =
        troubled((effect, words) -> {
          if (effect.equals("sync") && isCopy(words[0]) && upgrading.get()) {
            guardGoesBack();
            Files.writeString(data.resolve("rows"), "written by the old agent since");
          }
        });
    Files.writeString(data.resolve("rows"), "before");
    stage.start().desire(one);
    stage.poll();
    upgrading.set(true);

    stage.desire(two);
    stage.poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(data.resolve("rows")).hasContent("written by the old agent since");
    assertThat(last().object("reason").text("code")).isEqualTo("guard-fired");
  }

  @Test
  void data_that_could_not_be_brought_back_is_told_and_never_deleted() throws Exception {
    Release one = keeping("1");
    Release bad = keeping("2");
    Release next = keeping("3");
    stage.host.guard(this::guardGoesBack);
    stage.host.life(bad, Life.GOOD.exits(Duration.ofSeconds(2), "status 1"));
    stage.effects = neverMovingTo(data);
    Files.writeString(data.resolve("rows"), "before");
    stage.start().desire(one);
    stage.poll();
    stage.desire(bad);
    stage.poll();
    String told = stage.problems();

    stage.desire(next);
    stage.poll();

    assertThat(told).contains(snapshotOfTheSecond() + " was not brought back");
    assertThat(snapshotOfTheSecond().resolve("rows")).hasContent("before");
    assertThat(stage.current()).isEqualTo("1");
    assertThat(last().object("reason").text("code")).isEqualTo("state-damaged");
  }

  @Test
  void data_that_never_comes_back_stays_with_the_guard_and_so_does_the_old_copy() throws Exception {
    Release one = keeping("1");
    Release bad = keeping("2");
    stage.host.life(bad, Life.GOOD.exits(Duration.ofSeconds(2), "status 1"));
    stage.effects = neverMovingTo(data);
    stage.start().desire(one);
    stage.poll();
    stage.desire(bad);
    stage.poll();

    stage.close();
    stage.start().poll();

    assertThat(last().text("end")).isEqualTo("stuck");
    assertThat(stage.host.guard().armed(Stage.AGENT)).map(Armed::upgradeId).contains("00000002");
    assertThat(data).doesNotExist();
    assertThat(snapshotOfTheSecond()).isDirectory();
    assertThat(stage.folders()).contains(one.slotName());
  }

  @Test
  void a_guard_that_was_not_disarmed_after_the_confirmation_hinders_no_upgrade() throws Exception {
    stage.start().desire(keeping("1"));
    stage.poll();
    stage.host.staysArmed(
        new Fault.Transient(ReasonCode.HOST_FAILED, "systemctl daemon-reload did not answer"));

    stage.desire(keeping("2"));
    stage.poll();
    boolean left = Files.exists(snapshotOfTheSecond());
    stage.desire(keeping("3"));
    stage.poll();

    assertThat(left).isTrue();
    assertThat(stage.current()).isEqualTo("3");
    assertThat(folder.resolve("var").toFile().list()).containsExactly("agent");
  }

  @Test
  void what_somebody_starts_while_its_data_is_copied_makes_no_snapshot() throws Exception {
    Release one = keeping("1");
    Release two = keeping("2");
    AtomicBoolean upgrading = new AtomicBoolean();
    stage.effects =
        troubled((effect, words) -> {
          if (effect.equals("sync") && isCopy(words[0]) && upgrading.get()) {
            stage.host.startedByHand(Stage.AGENT);
          }
        });
    stage.start().desire(one);
    stage.poll();
    upgrading.set(true);

    stage.desire(two);
    stage.poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(last().object("reason").text("sentence"))
        .contains("was started while it was copied");
    assertThat(snapshotOfTheSecond()).doesNotExist();
  }

  private Path snapshotOfTheSecond() {
    return folder.resolve("var/.agent.fleet-installer-snapshot-00000002");
  }

  private void guardGoesBack() {
    Path current = folder.resolve("packages/agent/current");
    String old = stage.host.fire(Stage.AGENT).from().orElseThrow();
    try {
      Files.delete(current);
      Files.createSymbolicLink(current, Path.of(old));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Document last() throws Exception {
    return stage.explain().object("last");
  }

  private Release keeping(String version) throws Exception {
    return stage.release(Stage.AGENT, version, version, "state: [{path: %s}],".formatted(data));
  }

  private static boolean isCopy(Object path) {
    return path.toString().endsWith("taking-copy");
  }

  /** Nothing is ever moved to where this was. */
  private static Effects neverMovingTo(Path directory) {
    return troubled((effect, words) -> {
      if (effect.equals("move") && words[1].equals(directory)) {
        throw new IOException("Device or resource busy");
      }
    });
  }

  private static Effects troubled(Trouble trouble) {
    Effects real = Effects.real();
    Disk disk = new DurableDisk();
    Disk troubled =
        (Disk)
            Proxy.newProxyInstance(
                Disk.class.getClassLoader(),
                new Class<?>[] {Disk.class},
                (_, method, words) -> {
                  trouble.at(method.getName(), words);
                  try {
                    return method.invoke(disk, words);
                  } catch (InvocationTargetException e) {
                    throw Optional.ofNullable(e.getCause()).orElse(e);
                  }
                });
    return new Effects(troubled, real.scratch(), real.programs());
  }
}

package io.fleetinstaller.systemd;

import static io.fleetinstaller.systemd.GuardedHost.AGENT;
import static io.fleetinstaller.systemd.GuardedHost.CONFIRM;
import static io.fleetinstaller.systemd.GuardedHost.PAUSED;
import static io.fleetinstaller.systemd.GuardedHost.UNIT;
import static io.fleetinstaller.systemd.GuardedHost.WELL;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Armed;
import io.fleetinstaller.host.Fired;
import io.fleetinstaller.host.Kept;
import io.fleetinstaller.io.DurableDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No folder whose loss takes the guard away, and leaves what it guards. */
final class GuardLossTest {
  @TempDir Path root;

  static Stream<Arguments> losses() {
    return Stream.of("fire", "ended", "boot")
        .flatMap(verb ->
            Stream.of("state", "packages/.guard")
                .flatMap(lost ->
                    Stream.of("there", "gone", "dangling")
                        .map(current -> Arguments.of(verb, lost, current))));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void the_loss_of_either_folder_leaves_the_candidate_guarded(
      String verb, String lost, String current) throws Exception {
    GuardedHost host = failed();
    lose(lost);
    loseCurrent(host, current);

    int status = host.run(verb, "agent");

    assertThat(status).isZero();
    assertThat(host.runs(host.old)).isTrue();
    assertThat(host.etc.resolve(UNIT)).content().contains("agent/current");
    assertThat(host.guard.fired(AGENT)).map(mark -> mark.armed().upgradeId()).contains("00000007");
    assertThat(host.guard.armed(AGENT)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"fire, DEADLINE", "ended, FAILED", "boot, BOOT"})
  void why_it_went_back_is_known_without_the_state_and_told_once(String verb, Fired.Why why)
      throws Exception {
    GuardedHost host = failed();
    Armed armed = host.guard.armed(AGENT).orElseThrow();
    lose("state");
    host.run(verb, "agent");
    String calls = host.calls();

    int again = host.run(verb, "agent");

    assertThat(again).isZero();
    assertThat(host.calls()).isEqualTo(calls);
    assertThat(host.guard.fired(AGENT)).contains(new Fired(armed, why));
    assertThat(root.resolve("state")).doesNotExist();
  }

  @Test
  void what_it_did_before_the_state_was_lost_is_still_known_and_not_done_again() throws Exception {
    GuardedHost host = failed();
    host.run("ended", "agent");
    String calls = host.calls();
    lose("state");

    host.powerOn();

    assertThat(host.guard.fired(AGENT)).map(Fired::why).contains(Fired.Why.FAILED);
    assertThat(host.calls()).isEqualTo(calls);
  }

  @Test
  void the_daemons_end_of_it_takes_the_mark_away() throws Exception {
    GuardedHost host = failed();
    lose("state");
    host.run("ended", "agent");

    host.disarm();

    assertThat(host.guard.fired(AGENT)).isEmpty();
  }

  @Test
  void the_next_upgrade_does_not_begin_with_an_old_mark() throws Exception {
    GuardedHost host = failed();
    host.run("fire", "agent");

    new OpenTrials(host.context()).begin(AGENT);

    assertThat(new OpenTrials(host.context()).fired(AGENT)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fire", "boot"})
  void data_is_brought_back_without_the_state(String verb) throws Exception {
    Path data = Files.createDirectories(root.toRealPath().resolve("var/agent"));
    Kept kept = Kept.of(data, "00000007");
    GuardedHost host = GuardedHost.onTrial(root, kept);
    Files.writeString(Files.createDirectories(kept.snapshot()).resolve("file"), "of 1.0");
    Files.writeString(data.resolve("file"), "of 2.0");
    lose("state");
    loseCurrent(host, "gone");

    host.run(verb, "agent");

    assertThat(host.runs(host.old)).isTrue();
    assertThat(data.resolve("file")).hasContent("of 1.0");
  }

  @Test
  void a_candidate_that_was_well_goes_on_after_an_orderly_shutdown_without_the_state()
      throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + PAUSED);
    host.guard.well(AGENT, true);
    lose("state");

    host.reboot();
    boolean goesOn = host.runs(host.next);
    host.reboot();

    assertThat(goesOn).isTrue();
    assertThat(host.runs(host.old)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gone", "dangling"})
  void a_link_that_is_lost_with_the_state_is_made_anew_at_boot(String loss) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + CONFIRM);
    host.disarm();
    lose("state");
    loseCurrent(host, loss);

    host.powerOn();

    assertThat(host.runs(host.next)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"state", "packages/.guard"})
  void a_daemon_that_starts_has_both_again(String lost) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + CONFIRM);
    host.disarm();
    lose(lost);

    host.guard.mend(List.of(host.next));

    assertThat(Files.readSymbolicLink(host.token("known"))).isEqualTo(host.next.path());
    assertThat(host.etc.resolve("fleet-installer-guard/guard")).isNotEmptyFile();
  }

  @Test
  void a_file_in_the_place_of_the_folder_is_set_aside() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Path folder = host.context().guard();
    lose("packages/.guard");
    Files.writeString(folder, "");

    host.guard.mend(List.of());

    assertThat(folder).isDirectory();
    assertThat(folder.resolveSibling(".guard.corrupt")).isRegularFile();
  }

  @ParameterizedTest
  @ValueSource(strings = {"no mount point", "a mount point"})
  void a_disk_of_a_package_that_comes_late_is_waited_for(String before) throws Exception {
    GuardedHost host = failed();
    Path home = host.old.path().getParent();
    Path away = Files.move(home, root.resolve("away"));
    if (before.equals("a mount point")) {
      Files.createDirectory(home);
    }

    host.powerOn();
    boolean armed = host.armed();
    String calls = host.calls();
    Files.deleteIfExists(home);
    Files.move(away, home);
    int late = host.run("fire", "agent");

    assertThat(armed).isTrue();
    assertThat(calls).contains("start --no-block fleet-installer-guard@agent.service");
    assertThat(late).isZero();
    assertThat(host.runs(host.old)).isTrue();
    assertThat(host.guard.fired(AGENT)).map(Fired::why).contains(Fired.Why.BOOT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fire", "boot"})
  void the_data_of_a_first_install_is_taken_away_without_its_link_too(String verb)
      throws Exception {
    Path data = Files.createDirectories(root.toRealPath().resolve("var/agent"));
    Kept kept = Kept.of(data, "00000007");
    GuardedHost host = GuardedHost.installing(root, kept);
    // There was none before.
    Files.createFile(kept.snapshot());
    Files.writeString(data.resolve("file"), "of 2.0");
    loseCurrent(host, "gone");

    int status = host.run(verb, "agent");

    assertThat(status).isZero();
    assertThat(data).doesNotExist();
    assertThat(kept.aside().resolve("file")).hasContent("of 2.0");
    assertThat(host.guard.fired(AGENT)).map(mark -> mark.armed().from()).contains(Optional.empty());
  }

  private GuardedHost failed() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.unitIs("ActiveState=failed Job=0 Result=signal");
    return host;
  }

  private void lose(String folder) throws Exception {
    new DurableDisk().deleteTree(root.toRealPath().resolve(folder));
    if (folder.equals("state")) {
      // It lies there, on a host.
      Files.deleteIfExists(root.resolve("journal"));
    }
  }

  private static void loseCurrent(GuardedHost host, String loss) throws Exception {
    if (!loss.equals("there")) {
      Files.delete(host.old.current());
    }
    if (loss.equals("dangling")) {
      Files.createSymbolicLink(host.old.current(), Path.of("9.9-gone"));
    }
  }
}

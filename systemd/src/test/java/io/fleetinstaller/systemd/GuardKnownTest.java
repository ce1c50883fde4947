package io.fleetinstaller.systemd;

import static io.fleetinstaller.systemd.GuardedHost.AGENT;
import static io.fleetinstaller.systemd.GuardedHost.CONFIRM;
import static io.fleetinstaller.systemd.GuardedHost.WELL;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Guard;
import io.fleetinstaller.host.Kept;
import io.fleetinstaller.release.Slot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A {@code current} that is lost is right again before any agent starts, without the daemon. */
final class GuardKnownTest {
  @TempDir Path root;

  @ParameterizedTest
  @ValueSource(strings = {"gone", "dangling"})
  void a_lost_link_is_made_anew_at_boot(String loss) throws Exception {
    GuardedHost host = upgraded();
    lose(host, loss);

    host.powerOn();

    assertThat(host.runs(host.next)).isTrue();
  }

  @Test
  void a_link_that_names_a_folder_is_left_alone() throws Exception {
    GuardedHost host = upgraded();
    host.switchBack();
    Files.delete(host.old.path().resolve(".fleet-installer/valid"));

    host.powerOn();

    assertThat(host.runs(host.old)).isTrue();
  }

  @Test
  void a_copy_that_is_not_whole_is_not_named() throws Exception {
    GuardedHost host = upgraded();
    Files.delete(host.next.path().resolve(".fleet-installer/valid"));
    lose(host, "gone");

    host.powerOn();

    assertThat(host.old.current()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gone", "dangling"})
  void a_trial_decides_for_itself_with_the_data_first(String loss) throws Exception {
    Path data = Files.createDirectories(root.toRealPath().resolve("var/agent"));
    Kept kept = Kept.of(data, "00000007");
    GuardedHost host = GuardedHost.onTrial(root);
    host.switchBack();
    host.disarm();
    GuardedHost again = GuardedHost.onTrial(root, kept);
    Files.writeString(Files.createDirectories(kept.snapshot()).resolve("file"), "of 1.0");
    Files.writeString(data.resolve("file"), "of 2.0");
    lose(again, loss);

    again.powerOn();

    assertThat(again.runs(again.old)).isTrue();
    assertThat(data.resolve("file")).hasContent("of 1.0");
    assertThat(again.guard.fired(AGENT)).isPresent();
  }

  @Test
  void what_was_before_a_first_install_does_not_come_back() throws Exception {
    GuardedHost host = upgraded();
    host.guard.arm(
        new Guard.Charge("00000008", AGENT, host.journal, Optional.empty(), Optional.of(host.old)));

    assertThat(host.token("known")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/elsewhere/1.0", "..", "agent/1.0"})
  void what_is_no_copy_of_ours_is_not_learnt(String target) throws Exception {
    GuardedHost host = upgraded();
    Path known = known(host);
    Files.delete(host.old.current());
    Files.createSymbolicLink(host.old.current(), Path.of(target));

    host.guard.mend(List.of(host.next));

    assertThat(known(host)).isEqualTo(known);
  }

  @Test
  void what_is_confirmed_is_named_before_the_daemon_has_said_so_here() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + CONFIRM);
    lose(host, "gone");

    host.powerOn();

    assertThat(host.runs(host.next)).isTrue();
    assertThat(host.armed()).isFalse();
  }

  @Test
  void a_package_that_was_removed_does_not_come_back() throws Exception {
    GuardedHost host = upgraded();
    host.guard.confirming(AGENT);
    lose(host, "gone");
    host.disarm();

    host.powerOn();

    assertThat(host.old.current()).doesNotExist();
  }

  @Test
  void a_removal_that_is_confirmed_and_not_yet_over_is_not_undone() throws Exception {
    GuardedHost host = upgraded();
    host.guard.confirming(AGENT);
    lose(host, "gone");

    host.powerOn();

    assertThat(host.old.current()).doesNotExist();
  }

  @Test
  void a_daemon_that_starts_learns_what_runs_but_not_from_a_trial() throws Exception {
    GuardedHost host = upgraded();
    host.switchBack();
    host.guard.mend(List.of(host.old));
    Path known = known(host);
    GuardedHost again = GuardedHost.onTrial(root);
    again.guard.mend(List.of(again.next));

    assertThat(known).isEqualTo(host.old.path().toRealPath());
    assertThat(known(again)).isEqualTo(host.old.path().toRealPath());
  }

  @Test
  void a_link_that_is_lost_while_the_daemon_runs_is_not_forgotten() throws Exception {
    GuardedHost host = upgraded();
    Slot next = host.next;
    lose(host, "gone");

    host.guard.mend(List.of(next));
    host.disarm();

    assertThat(known(host)).isEqualTo(next.path().toRealPath());
  }

  private GuardedHost upgraded() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + CONFIRM);
    host.disarm();
    return host;
  }

  private static void lose(GuardedHost host, String loss) throws Exception {
    Files.delete(host.old.current());
    if (loss.equals("dangling")) {
      Files.createSymbolicLink(host.old.current(), Path.of("9.9-gone"));
    }
  }

  private static Path known(GuardedHost host) throws Exception {
    return Files.readSymbolicLink(host.token("known"));
  }
}

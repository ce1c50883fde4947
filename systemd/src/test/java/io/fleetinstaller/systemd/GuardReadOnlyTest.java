package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Needs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of the packages turned read-only under a trial, as ext4 does it after an error. */
final class GuardReadOnlyTest {
  @TempDir private Path root;
  private GuardedHost host;
  private String folder = "";

  @BeforeEach
  void a_trial_on_a_disk_that_cannot_be_written() throws Exception {
    Needs.root();
    host = GuardedHost.onTrial(root);
    folder = host.old.path().getParent().toString();
    mount("--bind", folder, folder);
    mount("-o", "remount,bind,ro", folder);
  }

  @AfterEach
  void writable() throws Exception {
    if (!folder.isEmpty()) {
      new ProcessBuilder("umount", folder).inheritIO().start().waitFor();
    }
  }

  @Test
  void the_candidate_is_not_stopped_for_a_way_back_that_cannot_be_gone() throws Exception {
    int status = host.run("fire", "agent");

    assertThat(status).isNotZero();
    assertThat(host.calls()).doesNotContain("stop agent.service");
    assertThat(host.runs(host.next)).isTrue();
  }

  @Test
  void it_goes_back_once_the_disk_can_be_written_again() throws Exception {
    host.run("fire", "agent");
    writable();
    folder = "";

    int status = host.run("fire", "agent");

    assertThat(status).isZero();
    assertThat(host.runs(host.old)).isTrue();
  }

  private static void mount(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(words));
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }
}

package io.fleetinstaller.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.packaging.Guest;
import io.fleetinstaller.systemd.Main;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScenariosTest {
  @TempDir Path folder;

  @Test
  void what_the_second_of_two_daemons_says_is_known() throws Exception {
    Path lock = Files.createDirectories(folder.resolve("state")).resolve("lock");
    Guest.Result second;

    try (FileChannel first =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = first.lock()) {
      assertThat(held.isValid()).isTrue();
      second = daemon();
    }

    assertThat(Scenarios.isRefusal(second)).as(second.toString()).isTrue();
  }

  @Test
  void a_second_daemon_that_runs_until_it_is_ended_was_not_refused() {
    String said = "another daemon runs with the state in /var/lib/fleet-installer";

    assertThat(Scenarios.isRefusal(new Guest.Result(124, "", ""))).isFalse();
    assertThat(Scenarios.isRefusal(new Guest.Result(124, "", said))).isFalse();
    assertThat(Scenarios.isRefusal(new Guest.Result(0, "", said))).isFalse();
  }

  @Test
  void a_second_daemon_that_fails_for_another_reason_was_not_refused() {
    Guest.Result broken = new Guest.Result(1, "", "Error: Could not find or load main class");

    assertThat(Scenarios.isRefusal(broken)).isFalse();
  }

  /** A daemon in a process of its own, whose state is in this folder. */
  private Guest.Result daemon() throws Exception {
    Path settings =
        Files.writeString(
            folder.resolve("installer.yaml"),
            "paths: {packages: %1$s/packages, state: %1$s/state, socket: %1$s/run/socket}%n"
                .formatted(folder));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    int status =
        new ProcessBuilder(
                "timeout",
                "60",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "run",
                "--config",
                settings.toString())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start()
            .waitFor();
    return new Guest.Result(status, Files.readString(out), Files.readString(err));
  }
}

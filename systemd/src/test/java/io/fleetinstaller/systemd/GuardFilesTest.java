package io.fleetinstaller.systemd;

import static io.fleetinstaller.systemd.GuardedHost.AGENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the guard needs is brought back while anything is armed; disarmed, it leaves nothing. */
final class GuardFilesTest {
  @TempDir Path root;
  private UnarmedHost host;

  @BeforeEach
  void a_host_before_the_switch() throws Exception {
    host = new UnarmedHost(root);
  }

  @ParameterizedTest
  @ValueSource(strings = {"emptied", "deleted", "a folder"})
  void a_daemon_that_starts_brings_the_script_back_while_anything_is_armed(String damage)
      throws Exception {
    host.arm(Optional.of(host.old), Optional.of(host.next));
    host.switchTo(host.next);
    Files.delete(host.script());
    switch (damage) {
      case "emptied" -> Files.createFile(host.script());
      case "a folder" -> Files.createDirectory(host.script());
      default -> assertThat(host.script()).doesNotExist();
    }

    host.guard.mend(List.of());
    boolean there = Files.isRegularFile(host.script());
    host.script("fire", "agent");

    assertThat(there).isTrue();
    assertThat(host.current()).isEqualTo(host.old.release().slotName());
  }

  @Test
  void a_daemon_that_starts_brings_units_back_that_the_armed_guard_needs() throws Exception {
    host.arm(Optional.of(host.old), Optional.of(host.next));
    Path unit = host.etc.resolve("fleet-installer-ended@.service");
    Files.delete(unit);
    host.asked.clear();

    host.guard.mend(List.of());

    assertThat(unit).exists();
    assertThat(host.asked).contains("systemctl daemon-reload");
  }

  @Test
  void over_a_daemon_on_trial_watches_the_guard_of_the_one_before() throws Exception {
    host.arm(Optional.of(host.old), Optional.of(host.next));
    Path records = root.resolve("state/armed");
    Path own = Files.copy(records.resolve("agent"), records.resolve("fleet-installer"));
    Files.writeString(host.script(), "# of another version");

    host.guard.mend(List.of());
    String onTrial = Files.readString(host.script());
    Files.delete(own);
    host.guard.mend(List.of());

    assertThat(onTrial).isEqualTo("# of another version");
    assertThat(host.script()).content().startsWith("#!/bin/sh");
  }

  @Test
  void where_nothing_is_armed_there_is_nothing_to_bring_back() throws Exception {
    host.guard.mend(List.of());

    assertThat(host.script()).doesNotExist();
  }

  @Test
  void disarming_leaves_nothing_behind() throws Exception {
    host.arm(Optional.of(host.old), Optional.of(host.next));

    host.guard.disarm(AGENT);

    assertThat(everythingBelow(host.etc)).noneMatch(path -> path.contains("guard-agent"));
    assertThat(everythingBelow(host.etc)).noneMatch(path -> path.endsWith(".service.d"));
    assertThat(everythingBelow(root.resolve("packages/agent")))
        .noneMatch(path -> path.contains("guard"));
    assertThat(host.guard.armed(AGENT)).isEmpty();
    assertThat(everythingBelow(root.resolve("packages/.guard")))
        .filteredOn(path -> path.endsWith(".agent"))
        .allMatch(path -> path.endsWith("/known.agent"));
  }

  private static List<String> everythingBelow(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.map(Path::toString).toList();
    }
  }
}

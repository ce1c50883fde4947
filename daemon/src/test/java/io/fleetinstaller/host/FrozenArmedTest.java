package io.fleetinstaller.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.Frozen;
import io.fleetinstaller.io.Needs;
import io.fleetinstaller.release.PackageName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The record of an armed guard: a shell script of another release may have to read it. */
class FrozenArmedTest {
  private static final PackageName AGENT = new PackageName("agent");

  @TempDir Path folder;

  @Test
  void armed() throws Exception {
    Frozen.copy("armed", folder.resolve("armed"));
    Files.move(folder.resolve("armed/armed"), folder.resolve("armed/agent"));

    Optional<Armed> read = records().armed(AGENT);

    assertThat(read).map(Armed::upgradeId).contains("00000001");
    assertThat(read).map(one -> one.names("1.0-111111111111")).contains(true);
    assertThat(read).map(one -> one.names("2.0-222222222222")).contains(true);
  }

  @Test
  void what_is_armed_today_begins_with_the_same_keys() throws Exception {
    records()
        .arm(
            new Guard.Charge(
                "00000001", AGENT, folder.resolve("journal"), Optional.empty(), Optional.empty()));

    assertThat(keys(Files.readString(folder.resolve("armed/agent"))))
        .isEqualTo(
            keys(new String(Frozen.bytes("armed"), java.nio.charset.StandardCharsets.UTF_8))
                .stream()
                .filter(key -> !List.of("link", "candidate", "old").contains(key))
                .toList());
  }

  @Test
  void where_a_file_stands_for_the_folder_of_marks_nothing_is_marked() throws Exception {
    Frozen.copy("armed", folder.resolve("armed"));
    Files.writeString(folder.resolve("fired"), "no folder");

    assertThat(records().fired(AGENT)).isEmpty();
  }

  @Test
  void what_lies_on_a_disk_of_its_own_is_armed_with_the_place_of_that() throws Exception {
    Needs.the(Files.isDirectory(Path.of("/proc/self")), "a file system that is mounted");
    records()
        .arm(
            new Guard.Charge(
                "00000001",
                AGENT,
                folder.resolve("journal"),
                Optional.empty(),
                Optional.empty(),
                List.of(Kept.of(Path.of("/proc/agent"), "1"), Kept.of(Path.of("/proc/b"), "1"))));

    assertThat(Files.readAllLines(folder.resolve("armed/agent"))).containsOnlyOnce("mount=/proc");
    assertThat(records().armed(AGENT).orElseThrow().mounts()).containsExactly(Path.of("/proc"));
  }

  private ArmedRecords records() {
    return new ArmedRecords(new HostContext(folder, folder, new DurableDisk(), new FakeTime()));
  }

  private static List<String> keys(String text) {
    return text.lines().map(line -> line.substring(0, line.indexOf('='))).toList();
  }
}

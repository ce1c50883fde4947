package io.fleetinstaller.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DurableDiskTest {
  private final DurableDisk disk = new DurableDisk();
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "6.18.44-fc, true",
    "5.8.0-rc1, true",
    "5.10.0-30-amd64, true",
    "5.4.0-200-generic, false",
    "4.18.0-553.el8_10.x86_64, false",
    "'', false",
    "next, false"
  })
  void old_kernels_do_not_tell_of_a_file_system_that_could_not_write(String kernel, boolean tells) {
    assertThat(DurableDisk.syncfsTells(kernel)).isEqualTo(tells);
  }

  @Tag("F73")
  @Test
  void modes_are_exact_whatever_the_umask() throws IOException {
    try (Umask _ = new Umask(0077)) {
      disk.createDirectories(folder.resolve("a/b"), 0755);
      disk.replace(folder.resolve("a/b/file"), bytes("x"), 0644);
      disk.append(folder.resolve("a/journal")).close();
    }

    assertThat(mode("a")).isEqualTo("rwxr-xr-x");
    assertThat(mode("a/b")).isEqualTo("rwxr-xr-x");
    assertThat(mode("a/b/file")).isEqualTo("rw-r--r--");
    assertThat(mode("a/journal")).isEqualTo("rw-------");
  }

  @Test
  void a_directory_that_is_there_keeps_its_mode() throws IOException {
    disk.createDirectories(folder.resolve("a"), 0700);

    disk.createDirectories(folder.resolve("a/b"), 0755);

    assertThat(mode("a")).isEqualTo("rwx------");
  }

  @Test
  void what_a_crash_left_under_the_temporary_name_is_taken_over() throws IOException {
    Files.createDirectories(folder.resolve(".made.new/half"));
    Files.writeString(folder.resolve(".file.new"), "half");
    Files.createSymbolicLink(folder.resolve(".link.new"), Path.of("half"));

    disk.createDirectories(folder.resolve("made"), 0755);
    disk.replace(folder.resolve("file"), bytes("whole"), 0644);
    disk.point(folder.resolve("link"), Path.of("file"));

    assertThat(names()).containsExactlyInAnyOrder("made", "file", "link");
    assertThat(folder.resolve("made")).isEmptyDirectory();
    assertThat(folder.resolve("link")).hasContent("whole");
  }

  @Tag("F09")
  @Test
  void a_link_is_replaced_and_never_followed() throws IOException {
    Files.createDirectories(folder.resolve("old"));
    disk.point(folder.resolve("link"), Path.of("old"));

    disk.point(folder.resolve("link"), Path.of("new"));

    assertThat(Files.readSymbolicLink(folder.resolve("link"))).isEqualTo(Path.of("new"));
    assertThat(folder.resolve("old")).isEmptyDirectory();
  }

  @Test
  void a_directory_is_never_moved_onto_another() throws IOException {
    Files.createDirectories(folder.resolve("from"));
    Files.createDirectories(folder.resolve("to"));

    assertThatThrownBy(() -> disk.move(folder.resolve("from"), folder.resolve("to")))
        .isInstanceOf(FileAlreadyExistsException.class);

    assertThat(names()).containsExactlyInAnyOrder("from", "to");
  }

  @Test
  void a_tree_goes_with_everything_in_it_but_nothing_its_links_name() throws IOException {
    Files.createDirectories(folder.resolve("tree/locked"));
    Files.writeString(folder.resolve("tree/locked/file"), "x");
    Files.writeString(folder.resolve("kept"), "kept");
    Files.createSymbolicLink(folder.resolve("tree/out"), folder);
    Files.setPosixFilePermissions(
        folder.resolve("tree/locked"), PosixFilePermissions.fromString("---------"));

    disk.deleteTree(folder.resolve("tree"));
    disk.deleteTree(folder.resolve("tree"));

    assertThat(names()).containsExactly("kept");
  }

  @Test
  void what_somebody_mounted_in_a_tree_is_not_deleted_with_it() throws Exception {
    Needs.root();
    Path mounted = Files.createDirectories(folder.resolve("tree/data"));
    Needs.the(run("mount", "-t", "tmpfs", "tmpfs", mounted.toString()), "the right to mount");
    try {
      Files.writeString(mounted.resolve("kept"), "kept");

      assertThatThrownBy(() -> disk.deleteTree(folder.resolve("tree")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("mounted there");

      assertThat(mounted.resolve("kept")).hasContent("kept");
    } finally {
      assertThat(run("umount", mounted.toString())).isTrue();
    }
  }

  @Test
  void deleting_takes_the_link_and_not_what_it_names() throws IOException {
    Files.writeString(folder.resolve("kept"), "kept");
    Files.createSymbolicLink(folder.resolve("link"), Path.of("kept"));

    disk.delete(folder.resolve("link"));
    disk.delete(folder.resolve("link"));

    assertThat(names()).containsExactly("kept");
  }

  @Test
  void appended_lines_fill_the_reserved_space_first() throws IOException {
    try (Disk.Appender appender = disk.append(folder.resolve("journal"))) {
      appender.append(bytes("one\n"));
      appender.reserve(8);
      appender.append(bytes("two\n"));
    }

    assertThat(folder.resolve("journal")).hasContent("one\ntwo\n\0\0\0\0");
  }

  @Test
  void truncating_drops_the_end_and_what_was_reserved_behind_it() throws IOException {
    Files.writeString(folder.resolve("journal"), "one\ntorn");
    try (Disk.Appender appender = disk.append(folder.resolve("journal"))) {
      appender.reserve(8);
      appender.truncate(4);
      appender.append(bytes("two\n"));
    }

    assertThat(folder.resolve("journal")).hasContent("one\ntwo\n");
  }

  @Test
  void syncing_reaches_every_file_and_says_when_there_is_nothing_to_sync() throws IOException {
    Files.createDirectories(folder.resolve("tree/deep"));
    Files.writeString(folder.resolve("tree/deep/file"), "x");

    disk.sync(folder.resolve("tree"));

    assertThatThrownBy(() -> disk.sync(folder.resolve("missing")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No such file or directory");
  }

  @Test
  void all_of_it_works_in_memory_too() throws IOException {
    Path memory = Jimfs.newFileSystem(Configuration.unix()).getPath("/work");
    disk.createDirectories(memory.resolve("tree"), 0755);
    disk.replace(memory.resolve("tree/file"), bytes("x"), 0644);
    disk.point(memory.resolve("link"), memory.getFileSystem().getPath("tree"));
    disk.sync(memory);
    disk.move(memory.resolve("tree"), memory.resolve("moved"));
    try (Disk.Appender appender = disk.append(memory.resolve("journal"))) {
      appender.append(bytes("one\n"));
    }
    disk.deleteTree(memory.resolve("moved"));

    assertThatThrownBy(() -> Files.readString(memory.resolve("moved/file")))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(Files.readString(memory.resolve("journal"))).isEqualTo("one\n");
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(List.of(command)).inheritIO().start().waitFor() == 0;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private String mode(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name)));
  }

  private List<String> names() throws IOException {
    try (var children = Files.list(folder)) {
      return children.map(child -> child.getFileName().toString()).toList();
    }
  }
}

package io.fleetinstaller.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What counts as the same file is the same to the byte. */
@EnabledOnOs(OS.LINUX)
final class LastReadTest {
  @TempDir Path folder;
  private final FakeTime time = new FakeTime();
  private Path file;
  private LastRead read;

  @BeforeEach
  void a_file_that_was_written_long_ago() throws Exception {
    file = Files.writeString(folder.resolve("file"), "one");
    read = new LastRead(file, time);
    time.pass(Duration.ofDays(36_500));
  }

  @Test
  void nobody_has_read_it_before_the_first_time() {
    assertThat(read.isStill()).isFalse();
    assertThat(read.isStill()).isTrue();
    assertThat(read.isStill()).isTrue();
  }

  @Test
  void one_of_the_same_size_and_time_is_another() throws Exception {
    FileTime modified = Files.getLastModifiedTime(file);
    read.isStill();
    Path other = Files.writeString(folder.resolve("other"), "two");
    Files.setLastModifiedTime(other, modified);
    new DurableDisk().move(other, file);

    assertThat(read.isStill()).isFalse();
    assertThat(read.isStill()).isTrue();
  }

  @Test
  void one_that_another_link_leads_to_is_another() throws Exception {
    Path other = Files.writeString(folder.resolve("other"), "two");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    LastRead followed = new LastRead(link, time);
    followed.isStill();
    Files.delete(link);
    Files.createSymbolicLink(link, other);

    assertThat(followed.isStill()).isFalse();
  }

  @Test
  void one_that_belongs_to_others_now_is_another() throws Exception {
    read.isStill();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));

    assertThat(read.isStill()).isFalse();
  }

  @Test
  void one_that_was_just_written_may_be_written_again() throws Exception {
    LastRead now = new LastRead(file, new FakeTime());

    assertThat(now.isStill()).isFalse();
    assertThat(now.isStill()).isFalse();
  }

  @Test
  void one_that_is_gone_is_none() throws Exception {
    read.isStill();
    Files.delete(file);

    assertThat(read.isStill()).isFalse();
    assertThat(read.isStill()).isFalse();
  }
}

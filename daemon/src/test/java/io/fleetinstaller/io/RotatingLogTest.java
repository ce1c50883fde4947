package io.fleetinstaller.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RotatingLogTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  @TempDir Path folder;

  @Test
  void the_last_lines_since_an_instant_come_back_in_order() throws Exception {
    try (RotatingLog log = new RotatingLog(folder.resolve("a.log"), 1000)) {
      log.add(NOON.minusSeconds(1), "before");
      log.add(NOON, "first");
      log.add(NOON.plusSeconds(1), "second");

      assertThat(log.tail(NOON, 10)).containsExactly("first", "second");
      assertThat(log.tail(NOON, 1)).containsExactly("second");
    }
  }

  @Test
  void it_never_grows_beyond_its_bound_and_loses_the_oldest() throws Exception {
    Path file = folder.resolve("a.log");
    try (RotatingLog log = new RotatingLog(file, 1000)) {
      IntStream.range(0, 500).forEach(i -> log.add(NOON.plusSeconds(i), "line " + i));

      assertThat(Files.size(file)).isLessThanOrEqualTo(1000);
      assertThat(Files.size(folder.resolve("a.log.1"))).isLessThanOrEqualTo(1000);
      assertThat(log.tail(NOON, 1000)).endsWith("line 498", "line 499").doesNotContain("line 0");
      assertThat(log.tail(NOON, 1000)).hasSizeGreaterThan(25);
    }
  }

  @Test
  void a_second_one_goes_on_where_the_first_ended() throws Exception {
    Path file = folder.resolve("a.log");
    try (RotatingLog log = new RotatingLog(file, 1000)) {
      log.add(NOON, "first");
    }

    try (RotatingLog log = new RotatingLog(file, 1000)) {
      log.add(NOON, "second");

      assertThat(log.tail(NOON, 10)).containsExactly("first", "second");
    }
  }

  @Test
  void a_torn_line_harms_nobody() throws Exception {
    Path file = folder.resolve("a.log");
    Files.writeString(file, "2026-01-02T1\nno time at all\n", StandardOpenOption.CREATE);

    try (RotatingLog log = new RotatingLog(file, 1000)) {
      log.add(NOON, "whole");

      assertThat(log.tail(NOON, 10)).containsExactly("whole");
    }
  }

  @Test
  void a_log_that_cannot_be_written_does_not_fail() throws Exception {
    Path file = folder.resolve("missing/a.log");

    try (RotatingLog log = new RotatingLog(file, 1000)) {
      log.add(NOON, "lost");

      Files.createDirectories(file.getParent());
      log.add(NOON, "kept");
      assertThat(log.tail(NOON, 10)).containsExactly("kept");
    }
  }
}

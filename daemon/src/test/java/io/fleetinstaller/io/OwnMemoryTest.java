package io.fleetinstaller.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What a daemon at rest gives back of its memory. */
class OwnMemoryTest {
  private static final int PAGE = 4096;
  private static final int SIZE = 256 * PAGE;

  /** 100 MB in small pieces, of which every 64th stays in use. */
  private static final int PIECE = 1000;

  private static final int PIECES = 100_000;
  private static final int KEPT = 64;

  @Test
  void only_what_is_mapped_from_files_and_not_written_to_is_paged_out() {
    Stream<String> maps =
        Stream.of(
            "55d0a1000000-55d0a1001000 r--p 00000000 08:01 1311       /opt/f i/bin/java",
            "7f12c8000000-7f12c8400000 rw-p 00000000 00:00 0 ",
            "7f12d0a00000-7f12d0b00000 rw-p 00100000 08:01 1312       /opt/f i/lib/libjvm.so",
            "ffffff0000000000-ffffff0000002000 r-xp 00000000 08:01 1312       /opt/libjvm.so",
            "7ffd3b5f2000-7ffd3b5f4000 r-xp 00000000 00:00 0          [vdso]");

    assertThat(OwnMemory.readOnlyFiles(maps))
        .containsExactly(
            new OwnMemory.Region(0x55d0a1000000L, 0x55d0a1001000L),
            new OwnMemory.Region(0xffffff0000000000L, 0xffffff0000002000L));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void what_was_read_through_a_mapping_is_given_back_and_comes_again() throws Exception {
    Memory memory = new OwnMemory();
    MappedByteBuffer mapped = mapped();
    assertThat(mapped.isLoaded()).isTrue();

    memory.giveBack();

    assertThat(mapped.isLoaded()).isFalse();
    assertThat(mapped.get(SIZE / 2)).isZero();
    assertThat(inMemory(mapped)).isEqualTo(1);
    memory.takeUp();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void what_is_touched_at_work_brings_along_what_lies_beside_it() throws Exception {
    Memory memory = new OwnMemory();
    MappedByteBuffer mapped = mapped();
    memory.giveBack();

    memory.takeUp();

    assertThat(mapped.get(SIZE / 2)).isZero();
    assertThat(inMemory(mapped)).isGreaterThan(1);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void what_was_freed_between_what_is_still_used_is_given_back() throws Exception {
    try (Arena used = Arena.ofConfined()) {
      try (Arena freed = Arena.ofConfined()) {
        for (int i = 0; i < PIECES; i++) {
          (i % KEPT == 0 ? used : freed).allocate(PIECE).fill((byte) 1);
        }
      }
      long before = resident();

      new OwnMemory().giveBack();

      assertThat(before - resident()).isGreaterThan((long) PIECES * PIECE / 2);
    }
  }

  /** All of a file, read. */
  private static MappedByteBuffer mapped() throws IOException {
    Path file = Files.createTempFile(Path.of("target"), "mapped", null);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      // Page by page: Linux may cache what is written at once as one piece, and it pages out no
      // piece that lies across two page tables (where an address is a multiple of 2 MiB).
      for (int written = 0; written < SIZE; written += PAGE) {
        channel.write(ByteBuffer.allocate(PAGE));
      }
      channel.force(true);
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, SIZE).load();
    } finally {
      Files.delete(file);
    }
  }

  /** How many pages of it are. */
  private static long inMemory(MappedByteBuffer mapped) {
    return IntStream.range(0, SIZE / PAGE)
        .filter(page -> mapped.slice(page * PAGE, PAGE).isLoaded())
        .count();
  }

  /** Bytes of this process in memory that are mapped from no file. */
  private static long resident() throws IOException {
    String line =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(each -> each.startsWith("RssAnon:"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
  }
}

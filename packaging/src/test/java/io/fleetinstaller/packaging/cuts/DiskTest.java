package io.fleetinstaller.packaging.cuts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a disk keeps, and what it forgets when the power goes. */
final class DiskTest {
  private static final int BLOCKS = 8;

  @TempDir Path folder;
  private Disk disk;
  private int cuts;

  @BeforeEach
  void a_disk_of_zeroes() throws IOException {
    Path image = Files.write(folder.resolve("image"), new byte[BLOCKS * Disk.BLOCK]);
    disk = Disk.of(image, folder.resolve("own"));
  }

  @AfterEach
  void close() throws IOException {
    disk.close();
  }

  @Test
  void what_was_written_is_read_flushed_or_not() throws IOException {
    byte[] text = filled(3 * Disk.BLOCK, 7);

    disk.write(Disk.BLOCK - 512, ByteBuffer.wrap(text));
    byte[] before = read(disk);
    disk.flush();
    disk.write(0, ByteBuffer.wrap(filled(512, 9)));
    byte[] after = read(disk);

    assertThat(Arrays.copyOfRange(before, Disk.BLOCK - 512, 4 * Disk.BLOCK - 512)).isEqualTo(text);
    assertThat(before).startsWith(new byte[Disk.BLOCK - 512]).endsWith(new byte[512]);
    assertThat(after).startsWith(filled(512, 9));
    assertThat(Arrays.copyOfRange(after, 512, after.length))
        .isEqualTo(Arrays.copyOfRange(before, 512, before.length));
  }

  @Test
  void what_was_flushed_is_there_after_every_cut() throws IOException {
    disk.write(0, ByteBuffer.wrap(filled(2 * Disk.BLOCK, 1)));
    disk.flush();
    disk.write(2 * Disk.BLOCK, ByteBuffer.wrap(filled(Disk.BLOCK, 2)));

    for (int chance = 0; chance < 50; chance++) {
      assertThat(left(chance)).startsWith(filled(2 * Disk.BLOCK, 1));
    }
  }

  @Test
  void of_what_was_not_flushed_any_part_is_left_and_of_each_block_any_that_was_there()
      throws IOException {
    disk.write(0, ByteBuffer.wrap(filled(2 * Disk.BLOCK, 1)));
    disk.write(0, ByteBuffer.wrap(filled(Disk.BLOCK, 2)));

    Set<String> seen = new HashSet<>();
    for (int chance = 0; chance < 120; chance++) {
      byte[] left = left(chance);
      seen.add("%d %d".formatted(left[0], left[Disk.BLOCK]));
      assertThat(left).startsWith(filled(Disk.BLOCK, left[0]));
    }

    assertThat(seen).containsExactlyInAnyOrder("0 0", "0 1", "1 0", "1 1", "2 0", "2 1");
    assertThat(read(disk)).startsWith(filled(Disk.BLOCK, 2));
  }

  @Test
  void the_same_number_loses_the_same() throws IOException {
    for (int block = 0; block < BLOCKS; block++) {
      disk.write((long) block * Disk.BLOCK, ByteBuffer.wrap(filled(Disk.BLOCK, block + 1)));
    }

    assertThat(left(17)).isEqualTo(left(17));
  }

  @Test
  void it_is_told_how_much_was_lost() throws IOException {
    disk.write(0, ByteBuffer.wrap(filled(4 * Disk.BLOCK, 1)));
    byte[] now = read(disk);

    for (int chance = 0; chance < 20; chance++) {
      try (Disk left = remains(chance).left()) {
        byte[] then = read(left);
        long lost =
            java.util.stream.IntStream.range(0, 4)
                .filter(it -> then[it * Disk.BLOCK] != now[it * Disk.BLOCK])
                .count();
        Disk.Remains again = remains(chance);
        assertThat(again).hasToString(lost + " of 4 blocks that were not flushed are lost");
        again.left().close();
      }
    }
  }

  private Disk.Remains remains(int chance) throws IOException {
    return disk.cut(new Random(chance), folder.resolve("left" + cuts++));
  }

  private byte[] left(int chance) throws IOException {
    try (Disk left = remains(chance).left()) {
      return read(left);
    }
  }

  private static byte[] read(Disk disk) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(disk.size()));
    disk.read(0, all);
    return all.array();
  }

  private static byte[] filled(int length, int with) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }
}

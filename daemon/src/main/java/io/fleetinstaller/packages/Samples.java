package io.fleetinstaller.packages;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Hashes of some sixteen-byte strings in a file, chosen by what they are and not by where: the same
 * string is chosen wherever it occurs.
 */
final class Samples {
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int STRING = 16;
  private static final long MIXER = 0x9e3779b97f4a7c15L;

  /** One string in thirty-two. */
  private static final long CHOSEN = 31;

  private static final long SMALL = 8 << 20;

  private Samples() {}

  /** Told of each sample. */
  @FunctionalInterface
  interface Taker {
    void take(long hash, long offset);
  }

  /** The content of a file; a large one is mapped for as long as it is in use. */
  static MemorySegment content(Path file) throws IOException {
    if (Files.size(file) <= SMALL) {
      return MemorySegment.ofArray(Files.readAllBytes(file));
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
    }
  }

  /** Takes all samples of this content; a run of the same one counts once. */
  static void of(MemorySegment content, Taker taker) {
    long last = 0;
    for (long at = 0; at <= content.byteSize() - STRING; at++) {
      long hash = mix(mix(content.get(WORD, at)) ^ content.get(WORD, at + 8));
      if ((hash & CHOSEN) == 0 && hash != last) {
        taker.take(hash, at);
        last = hash;
      }
    }
  }

  private static long mix(long word) {
    long mixed = word * MIXER;
    return mixed ^ (mixed >>> 29);
  }
}

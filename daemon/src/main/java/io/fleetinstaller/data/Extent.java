package io.fleetinstaller.data;

import io.fleetinstaller.io.Held;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * How much there is to copy.
 *
 * @param bytes of all files, but for the holes of large ones
 * @param entries files, links and directories
 */
public record Extent(long bytes, long entries) {
  static final Extent NOTHING = new Extent(0, 0);
  static final int DEEPEST = 100;
  private static final long MOST_ENTRIES = 1_000_000;

  /** Bytes of a file of which it is worth to ask where its holes are. */
  static final long LARGE = 1 << 20;

  Extent plus(Extent other) {
    return new Extent(bytes + other.bytes, entries + other.entries);
  }

  /** Counts a directory that somebody may be working in. */
  static Extent of(Path directory) throws IOException {
    return NOTHING.with(directory, 0);
  }

  private Extent with(Path directory, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new IOException("%s lies deeper than %d directories".formatted(directory, DEEPEST));
    }
    Extent sum = plus(new Extent(0, 1));
    try (Held held = Held.at(directory)) {
      for (Path child : held.children()) {
        sum = sum.withChild(child, depth);
      }
    }
    if (sum.entries > MOST_ENTRIES) {
      throw new IOException("there are more than %d files".formatted(MOST_ENTRIES));
    }
    return sum;
  }

  /** Of this file, but for its holes if it is large. */
  static long bytes(Held file, long size) throws IOException {
    return size < LARGE ? size : file.dense(size);
  }

  private static long bytes(Path file, long size) throws IOException {
    if (size < LARGE) {
      return size;
    }
    try (Held held = Held.at(file)) {
      return bytes(held, size);
    }
  }

  private Extent withChild(Path child, int depth) throws IOException {
    try {
      BasicFileAttributes found =
          Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return found.isDirectory()
          ? with(child, depth + 1)
          : plus(new Extent(found.isRegularFile() ? bytes(child, found.size()) : 0, 1));
    } catch (IOException e) {
      if (Files.exists(child, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      return this;
    }
  }
}

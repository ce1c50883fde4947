package io.fleetinstaller.slots;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.slots.EntryPath.Unsafe;
import io.fleetinstaller.toc.Toc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * What a staging that was interrupted had made of a slot: the files that it had finished, by its
 * own list, and the beginning of the one that it was at. Nobody vouches for any of it, and a power
 * cut takes what was not synced: so all that is used of it is hashed here first. Only we can reach
 * it. Immutable.
 */
record Begun(Path folder) {
  private static final int PIECE = 1 << 16;

  /** Of this package, if anything is kept. */
  static Optional<Begun> of(Layout layout) {
    return Shelf.children(layout.begun()).stream()
        .map(Begun::new)
        .filter(begun -> begun.weight() >= 0)
        .findFirst();
  }

  /** Bytes of its list, which is as long as it is far; negative where this is no such thing. */
  long weight() {
    try {
      Path list = new Seal(folder).file(Seal.CONTENTS);
      return Files.isRegularFile(list, LinkOption.NOFOLLOW_LINKS) ? Files.size(list) : -1;
    } catch (IOException _) {
      return -1;
    }
  }

  /** The finished files that somebody wants and that are what the list says. */
  void files(Predicate<Digest> wanted, BiConsumer<Item, Digest> found) throws InterruptedException {
    Verification verification = new Verification(folder);
    new Seal(folder)
        .files((item, content) -> {
          if (wanted.test(content) && plain(item.path()).isPresent() && verification.holds(item)) {
            found.accept(item, content);
          }
        });
  }

  /** The chunks of an unfinished file that are there, up to the first that is not. */
  void chunks(Toc.Entry entry, BiConsumer<String, Toc.Chunk> found) throws InterruptedException {
    try {
      String path = String.join("/", EntryPath.parts(entry.header().name()));
      Optional<Path> file = plain(path);
      if (file.isEmpty()) {
        return;
      }
      try (Original original = Original.open(file.get())) {
        for (Toc.Chunk chunk : entry.chunks()) {
          if (!isThere(chunk, original)) {
            return;
          }
          found.accept(path, chunk);
        }
      }
    } catch (IOException | Unsafe | IllegalArgumentException _) {
      // Then it is fetched.
    }
  }

  private static boolean isThere(Toc.Chunk chunk, Original file)
      throws IOException, InterruptedException {
    MessageDigest sum = Digest.algorithm();
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    long at = chunk.offset();
    long end = at + chunk.length();
    while (at < end) {
      piece.clear().limit((int) Math.min(PIECE, end - at));
      int read = file.read(piece, at);
      if (read < 0) {
        return false;
      }
      sum.update(piece.flip());
      at += read;
    }
    return Digest.of(sum).equals(chunk.digest());
  }

  /** A file of this name here, on the way to which is no link. */
  private Optional<Path> plain(String path) {
    try {
      Path file = folder.resolve(path);
      boolean here = file.toRealPath().equals(folder.toRealPath().resolve(path));
      return here && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          ? Optional.of(file)
          : Optional.empty();
    } catch (IOException | IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /**
   * A file that may become one of the next slot under its own name: it has no other, so that no
   * slot has it, too.
   */
  boolean isOnly(String path) {
    return plain(path).filter(Begun::hasOneName).isPresent();
  }

  private static boolean hasOneName(Path file) {
    try {
      return file.getFileSystem().supportedFileAttributeViews().contains("unix")
          && Integer.valueOf(1)
              .equals(Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS));
    } catch (IOException _) {
      return false;
    }
  }
}

package io.fleetinstaller.slots;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.slots.EntryPath.Unsafe;
import io.fleetinstaller.toc.Toc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * What a staging that was interrupted had made of a slot: its first files, and the beginning of the
 * one that it was at. Nobody vouches for any of it, and a power cut takes what was not synced: so
 * all that is used of it is hashed. Only we can reach it. Immutable.
 */
record Begun(Path folder) {
  private static final int PIECE = 1 << 16;

  /** What is kept of this release. */
  static Optional<Begun> of(Layout layout, Release release) {
    return in(layout.begun()).filter(begun -> begun.isOf(release));
  }

  /** The slot that was begun in this folder, kept or not. */
  static Optional<Begun> in(Path parent) {
    if (!isFolder(parent)) {
      return Optional.empty();
    }
    return Shelf.children(parent).stream()
        .filter(child -> isFolder(child) && isFolder(child.resolve(Layout.RESERVED)))
        .map(Begun::new)
        .findFirst();
  }

  private static boolean isFolder(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  boolean isOf(Release release) {
    return folder.endsWith(release.slotName());
  }

  /**
   * Whether it is of the same release and further: all that the other has is in this one, too, for
   * files are always made in the order of their table.
   */
  boolean covers(Begun other) {
    return folder.endsWith(other.folder.getFileName()) && bytes() >= other.bytes();
  }

  private long bytes() {
    return sizes(_ -> true).sum();
  }

  /**
   * Bytes that need no room again: those of finished files that become the next slot's. The one
   * that was under way is copied, and is taken to be the largest.
   */
  long room() {
    List<Long> sizes = sizes(Begun::hasOneName).sorted().boxed().toList();
    return sizes.stream().limit(Math.max(0, sizes.size() - 1)).mapToLong(each -> each).sum();
  }

  private LongStream sizes(Predicate<Path> counts) {
    LongStream.Builder sizes = LongStream.builder();
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes found) {
              if (found.isRegularFile() && counts.test(file)) {
                sizes.add(found.size());
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException _) {
      return LongStream.empty();
    }
    return sizes.build();
  }

  /** The chunks of a file that are there, up to the first that is not. */
  void chunks(Toc.Entry entry, Consumer<Toc.Chunk> found) throws InterruptedException {
    Optional<Path> file = file(entry.header().name());
    if (file.isEmpty()) {
      return;
    }
    try (Original original = Original.open(file.get())) {
      for (Toc.Chunk chunk : entry.chunks()) {
        if (chunk.place().isPresent()) {
          if (!isThere(chunk, original)) {
            return;
          }
          found.accept(chunk);
        }
      }
    } catch (IOException _) {
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

  /** A file of this name, on the way to which is no link. */
  Optional<Path> file(String name) {
    try {
      String path = String.join("/", EntryPath.parts(name));
      Path file = folder.resolve(path);
      boolean here = file.toRealPath().equals(folder.toRealPath().resolve(path));
      return here && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          ? Optional.of(file)
          : Optional.empty();
    } catch (IOException | Unsafe | IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /**
   * The same, if it has no other name: so no slot has it, too, and it can become the new slot's.
   */
  Optional<Path> only(String name) {
    return file(name).filter(Begun::hasOneName);
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

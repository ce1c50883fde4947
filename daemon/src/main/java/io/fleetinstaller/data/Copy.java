package io.fleetinstaller.data;

import io.fleetinstaller.io.Held;
import io.fleetinstaller.io.Native;
import io.fleetinstaller.io.Scratch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Copies a directory with everything that its files have: owner, mode, time of change, ACLs and
 * other attributes, links, hard links among them, holes. Never gives a file of the original another
 * name, and follows nothing. Not thread-safe.
 */
final class Copy {
  private static final int BUFFER = 128 * 1024;
  private static final int PERMISSIONS = 07777;
  private static final int MOST_NOTES = 20;

  /** What a link, too, has of its own where SELinux is on. */
  private static final String LABEL = "security.selinux";

  private final Scratch scratch;
  private final LongConsumer progress;
  private final Map<Object, Path> linked = new HashMap<>();
  private final List<String> notes = new ArrayList<>();
  private long done;
  private long shared;
  private long files;

  /**
   * @param progress told how many bytes are done
   */
  Copy(Scratch scratch, LongConsumer progress) {
    this.scratch = scratch;
    this.progress = progress;
  }

  /** What was left out. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  long files() {
    return files;
  }

  long bytes() {
    return done;
  }

  /** Whether the file system shares the bytes of all files that were copied. */
  boolean allShared() {
    return shared == files;
  }

  /** Copies what is in this directory, and its attributes, into one that is there and empty. */
  void directory(Path from, Path into) throws IOException {
    directory(from, into, 0);
  }

  private void directory(Path from, Path into, int depth) throws IOException {
    if (depth > Extent.DEEPEST) {
      throw new IOException("%s lies too deep".formatted(into));
    }
    try (Held held = Held.at(from)) {
      for (Path child : held.children()) {
        child(child, into.resolve(child.getFileName()), depth);
      }
      attributes(held, into);
    }
  }

  private void child(Path child, Path into, int depth) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new ClosedByInterruptException();
    }
    BasicFileAttributes found =
        Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (found.isSymbolicLink()) {
      scratch.copyLink(into, child);
      scratch.attributes(
          into,
          new Scratch.Attributes(null, owner(child, LinkOption.NOFOLLOW_LINKS), null, Map.of()));
      label(child, into);
    } else if (found.isDirectory()) {
      scratch.directory(into);
      directory(child, into, depth + 1);
    } else if (found.isRegularFile()) {
      try (Held held = Held.at(child)) {
        file(held, into);
      }
    } else {
      note("left out %s: it is no file, directory or link".formatted(into.getFileName()));
    }
  }

  private void file(Held held, Path into) throws IOException {
    BasicFileAttributes found = Files.readAttributes(held.path(), BasicFileAttributes.class);
    if (!found.isRegularFile()) {
      throw new IOException("%s changed while it was copied".formatted(into.getFileName()));
    }
    Object key = found.fileKey();
    Path other = key == null ? null : linked.putIfAbsent(key, into);
    if (other != null) {
      scratch.hardlink(into, other);
      return;
    }
    files++;
    try (Scratch.Output out = scratch.file(into)) {
      if (scratch.share(into, held)) {
        shared++;
        done += Extent.bytes(held, found.size());
      } else {
        bytes(held, out);
      }
    }
    progress.accept(done);
    attributes(held, into);
  }

  private void bytes(Held held, Scratch.Output out) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    long size;
    try (FileChannel in = FileChannel.open(held.path())) {
      boolean large = in.size() >= Extent.LARGE;
      OptionalLong next = large ? held.data(0) : OptionalLong.of(0);
      while (next.isPresent() && in.position(next.getAsLong()).read(buffer) >= 0) {
        long position = next.getAsLong();
        int length = buffer.position();
        // What is not written stays a hole.
        if (!isZero(buffer.array(), length)) {
          out.write(buffer.array(), 0, length, position);
        }
        done += length;
        progress.accept(done);
        buffer.clear();
        next = large ? held.data(position + length) : OptionalLong.of(position + length);
      }
      size = in.size();
    }
    if (size > 0) {
      out.extend(size);
    }
  }

  private static boolean isZero(byte[] bytes, int length) {
    for (int at = 0; at < length; at++) {
      if (bytes[at] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Last of all for a directory: filling it changes its time. */
  private void attributes(Held held, Path into) throws IOException {
    Map<String, byte[]> kept = new HashMap<>();
    for (Map.Entry<String, byte[]> xattr : held.xattrs().entrySet()) {
      if (belongsToTheData(xattr.getKey())) {
        kept.put(xattr.getKey(), xattr.getValue());
      } else {
        attempt(into, xattr);
      }
    }
    FileTime modified = Files.getLastModifiedTime(held.path());
    scratch.attributes(
        into, new Scratch.Attributes(mode(held.path()), owner(held.path()), modified, kept));
  }

  private static boolean belongsToTheData(String xattr) {
    return xattr.startsWith("user.")
        || xattr.startsWith("system.posix_acl_")
        || xattr.equals("security.capability");
  }

  /** Labels of the machine's own may not be ours to give. */
  private void attempt(Path into, Map.Entry<String, byte[]> xattr) {
    Map<String, byte[]> one = Map.of(xattr.getKey(), xattr.getValue());
    try {
      scratch.attributes(into, new Scratch.Attributes(null, null, null, one));
    } catch (IOException e) {
      note("left out %s of %s: %s".formatted(xattr.getKey(), into.getFileName(), e.getMessage()));
    }
  }

  private void label(Path link, Path into) throws IOException {
    if (isUnix(link)) {
      Native.xattr(link, LABEL).ifPresent(label -> attempt(into, Map.entry(LABEL, label)));
    }
  }

  private static Scratch.@Nullable Owner owner(Path path, LinkOption... options)
      throws IOException {
    return isUnix(path)
        ? new Scratch.Owner(
            (int) Files.getAttribute(path, "unix:uid", options),
            (int) Files.getAttribute(path, "unix:gid", options))
        : null;
  }

  private static @Nullable Integer mode(Path path) throws IOException {
    return isUnix(path) ? (int) Files.getAttribute(path, "unix:mode") & PERMISSIONS : null;
  }

  private static boolean isUnix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix");
  }

  private void note(String text) {
    if (notes.size() < MOST_NOTES) {
      notes.add(text);
    }
  }
}

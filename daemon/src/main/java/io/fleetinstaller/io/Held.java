package io.fleetinstaller.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A file or directory that is held open: whatever is done by {@link #path} is done to this very
 * one, whatever its owner puts in its place meanwhile. A link is never opened. Where there are no
 * such calls its own path has to do. Not thread-safe.
 */
public final class Held implements Closeable {
  private static final Path OPEN = Path.of("/proc/self/fd");

  private final Path named;
  private final OptionalInt descriptor;
  private @Nullable Boolean tellsHoles;

  private Held(Path named, OptionalInt descriptor) {
    this.named = named;
    this.descriptor = descriptor;
  }

  /** Opens it; waits for nobody, whatever it is. */
  public static Held at(Path path) throws IOException {
    if (Native.serves(path)) {
      return new Held(path, OptionalInt.of(Native.openToHold(path)));
    }
    if (Files.isSymbolicLink(path)) {
      throw new FileSystemException(path.toString(), null, "it is a link");
    }
    return new Held(path, OptionalInt.empty());
  }

  /** By this name it is reached, and what is in it; good until it is closed. */
  public Path path() {
    return descriptor.isPresent() ? OPEN.resolve(Integer.toString(descriptor.getAsInt())) : named;
  }

  /** What is in the directory, by names that are good until it is closed. */
  public List<Path> children() throws IOException {
    return Listing.of(path());
  }

  /** Its extended attributes, ACLs and file capabilities among them. */
  public Map<String, byte[]> xattrs() throws IOException {
    return descriptor.isPresent() ? Native.xattrs(descriptor.getAsInt(), named) : Map.of();
  }

  /** The place of the next byte, from this one on, that is in no hole; empty behind the last. */
  public OptionalLong data(long from) throws IOException {
    return tellsHoles() ? Holes.data(descriptor.orElseThrow(), from, named) : OptionalLong.of(from);
  }

  /** How many of its first bytes are in no hole, as far as the file system tells. */
  public long dense(long size) throws IOException {
    return tellsHoles() ? Holes.dense(descriptor.orElseThrow(), size, named) : size;
  }

  private boolean tellsHoles() {
    if (tellsHoles == null) {
      tellsHoles = descriptor.isPresent() && Holes.areTold(path());
    }
    return tellsHoles;
  }

  /** Its number in this process, where there are such calls. */
  OptionalInt descriptor() {
    return descriptor;
  }

  /** Lets an empty file share all bytes of this one; false where the file system cannot. */
  boolean share(Path fresh) throws IOException {
    return descriptor.isPresent()
        && Native.serves(fresh)
        && Native.share(descriptor.getAsInt(), fresh);
  }

  /** Whether a directory, and not a link to one, is there. */
  static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public void close() {
    descriptor.ifPresent(Native::close);
  }
}

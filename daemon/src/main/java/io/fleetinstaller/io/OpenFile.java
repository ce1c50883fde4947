package io.fleetinstaller.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A new file that is written and given its attributes by its descriptor: one call each, where
 * java.nio needs several, some of them by the whole path again. Used by one thread.
 */
final class OpenFile implements Scratch.Output {
  /** Fits into a core's own cache on the way from our copy to the kernel's. */
  private static final int BUFFER = 1 << 17;

  /**
   * So much is let lie before the disk is told to begin. Without it the kernel waits until a tenth
   * of the memory is dirty, and all of the writing comes behind all of the unpacking.
   */
  private static final long LAZY = 4 << 20;

  private final Path path;
  private final AtomicReference<@Nullable MemorySegment> spare;
  private final MemorySegment memory;
  private final NativeFile file;
  private boolean closed;
  private long begun;
  private long end;

  /**
   * Makes the file, for ourselves until it gets its attributes.
   *
   * @param spare keeps the memory of a file that was closed for the next one
   */
  OpenFile(Path path, AtomicReference<@Nullable MemorySegment> spare) throws IOException {
    this.path = path;
    this.spare = spare;
    MemorySegment used = spare.getAndSet(null);
    this.memory = used == null ? Arena.ofAuto().allocate(NativeFile.OWN + BUFFER, 8) : used;
    this.file = NativeFile.make(path, memory);
  }

  @Override
  public void write(byte[] bytes, int offset, int length, long position) throws IOException {
    int done = 0;
    while (done < length) {
      int piece = Math.min(BUFFER, length - done);
      MemorySegment.copy(
          bytes, offset + done, memory, ValueLayout.JAVA_BYTE, NativeFile.OWN, piece);
      done += file.write(piece, position + done);
    }
    end = Math.max(end, position + length);
    if (end - begun >= LAZY) {
      begin();
    }
  }

  @Override
  public void extend(long size) throws IOException {
    file.truncate(size);
  }

  @Override
  public boolean share(Held source, long from, long length, long position) throws IOException {
    return source.descriptor().isPresent()
        && file.share(source.descriptor().getAsInt(), from, length, position);
  }

  @Override
  public int read(byte[] into, int offset, int length, long position) throws IOException {
    int count = file.read(Math.min(BUFFER, length), position);
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, NativeFile.OWN, into, offset, count);
    return count == 0 ? -1 : count;
  }

  @Override
  public void attributes(Scratch.Attributes attributes) throws IOException {
    Scratch.Owner owner = attributes.owner();
    if (owner != null) {
      file.chown(owner.uid(), owner.gid());
    }
    Integer mode = attributes.mode();
    if (mode != null) {
      file.chmod(mode);
    }
    for (Map.Entry<String, byte[]> xattr : attributes.xattrs().entrySet()) {
      Native.setXattr(path, xattr.getKey(), xattr.getValue());
    }
    FileTime modified = attributes.modified();
    if (modified != null) {
      Instant time = modified.toInstant();
      file.modified(time.getEpochSecond(), time.getNano());
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    if (end - begun >= LAZY / 4) {
      begin();
    }
    try {
      file.close();
    } finally {
      spare.set(memory);
    }
  }

  private void begin() throws IOException {
    file.beginWriting(begun, end - begun);
    begun = end;
  }
}

package io.fleetinstaller.slots;

import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.io.TarReader;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file being written, and hashed on the way. Not thread-safe. */
final class NewFile implements Sink, AutoCloseable {
  private static final long BLOCK = 4096;

  private final Making.Target target;
  private final Scratch.Output out;
  private final String name;
  private final long size;
  private long at;
  private boolean hole;
  private @Nullable Original original;

  /**
   * @param size how many bytes there will be
   */
  NewFile(Making.Target target, Scratch.Output out, String name, long size) {
    this.target = target;
    this.out = out;
    this.name = name;
    this.size = size;
  }

  @Override
  public void bytes(byte[] buffer, int offset, int length) throws Fault, InterruptedException {
    room(length);
    int done = 0;
    while (done < length) {
      ContentsWriter.Space space = target.contents().space(length - done);
      System.arraycopy(buffer, offset + done, space.buffer(), space.from(), space.length());
      write(space, space.length());
      done += space.length();
    }
  }

  /** Appends what the archive has of its current entry, as much as there is space for. */
  int bytes(TarReader tar, long most) throws IOException, Fault, InterruptedException {
    ContentsWriter.Space space = target.contents().space(most);
    int length = tar.read(space.buffer(), space.from(), space.length());
    room(length);
    write(space, length);
    return length;
  }

  @Override
  public void copy(Path source, long from, long length) throws Fault, InterruptedException {
    room(length);
    try {
      Original original = original(source);
      // Only whole blocks can be shared, and only where they begin alike in both files.
      long head = from % BLOCK == at % BLOCK ? Math.floorMod(-from, BLOCK) : length;
      long middle = original.shareable(from + head, length - head);
      copied(original, from, Math.min(head, length));
      if (middle > 0) {
        if (shared(original, from + head, middle)) {
          readBack(middle);
        } else {
          copied(original, from + head, middle);
        }
      }
      long tail = from + Math.min(length, head + middle);
      copied(original, tail, from + length - tail);
    } catch (IOException e) {
      throw wrong("%s cannot be read: %s".formatted(source, e.getMessage()));
    }
  }

  /** Where it fails, copying tells what is wrong: the old file, or this disk. */
  private boolean shared(Original original, long from, long length) {
    try {
      return out.share(original.held(), from, length, at);
    } catch (IOException _) {
      return false;
    }
  }

  /** Hashes a piece of another file while it is written. */
  private void copied(Original original, long from, long length)
      throws IOException, Fault, InterruptedException {
    long end = from + length;
    for (long next = from; next < end; ) {
      ContentsWriter.Space space = target.contents().space(end - next);
      int read = original.read(ByteBuffer.wrap(space.buffer(), space.from(), space.length()), next);
      write(space, some(read));
      next += read;
    }
  }

  /**
   * Hashes what this file shares with another by now. The other one may have been changed, and
   * changed back: what it has does not count.
   */
  private void readBack(long length) throws IOException, InterruptedException {
    long end = at + length;
    while (at < end) {
      ContentsWriter.Space space = target.contents().space(end - at);
      wrote(some(out.read(space.buffer(), space.from(), space.length(), at)));
    }
  }

  private static int some(int read) throws EOFException {
    if (read < 0) {
      throw new EOFException("it is shorter than it was");
    }
    return read;
  }

  private Original original(Path source) throws IOException {
    if (original == null || !original.path().equals(source)) {
      close();
      original = Original.open(source);
    }
    return original;
  }

  /** Lets go of what was copied from. */
  @Override
  public void close() {
    if (original != null) {
      original.close();
      original = null;
    }
  }

  @Override
  public void zeros(long length) throws Fault, InterruptedException {
    room(length);
    if (length > 0) {
      target.contents().hole(length);
      at += length;
      hole = true;
    }
  }

  /** Behind the last byte. */
  void end() throws Fault, InterruptedException {
    if (at < size) {
      throw wrong("it has only %d of its %d bytes".formatted(at, size));
    }
    if (hole) {
      target.room().run(() -> out.extend(size));
    }
  }

  private void write(ContentsWriter.Space space, int length) throws Fault, InterruptedException {
    target.room().run(() -> out.write(space.buffer(), space.from(), length, at));
    wrote(length);
  }

  private void wrote(int length) throws InterruptedException {
    target.contents().bytes(length);
    at += length;
    hole = false;
  }

  private void room(long length) throws Refused {
    if (length < 0 || length > size - at) {
      throw wrong("it has more than its %d bytes".formatted(size));
    }
  }

  private Refused wrong(String why) {
    return new Refused(
        ReasonCode.DIGEST_MISMATCH,
        "cannot %s: its file '%s' is not what its table of contents says: %s"
            .formatted(target.room().doing(), name, why));
  }
}

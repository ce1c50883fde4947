package io.fleetinstaller.slots;

import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.io.TarReader;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A file being written, and hashed on the way. Not thread-safe. */
final class NewFile implements Sink {
  private final Making.Target target;
  private final Scratch.Output out;
  private final String name;
  private final long size;
  private long at;
  private boolean hole;

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
    try (FileChannel channel =
        FileChannel.open(source, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      long done = 0;
      while (done < length) {
        ContentsWriter.Space space = target.contents().space(length - done);
        ByteBuffer piece = ByteBuffer.wrap(space.buffer(), space.from(), space.length());
        int read = channel.read(piece, from + done);
        if (read < 0) {
          throw wrong("%s ends before its byte %d".formatted(source, from + length));
        }
        done += read;
        write(space, read);
      }
    } catch (IOException e) {
      throw wrong("%s cannot be read: %s".formatted(source, e.getMessage()));
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

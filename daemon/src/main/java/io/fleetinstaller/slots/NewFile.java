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
      byte[] own = target.contents().buffer();
      int piece = Math.min(own.length, length - done);
      System.arraycopy(buffer, offset + done, own, 0, piece);
      write(own, piece);
      done += piece;
    }
  }

  /** Appends what the archive has of its current entry, as much as a buffer holds. */
  int bytes(TarReader tar, long most) throws IOException, Fault, InterruptedException {
    byte[] buffer = target.contents().buffer();
    int length = tar.read(buffer, 0, (int) Math.min(buffer.length, most));
    room(length);
    write(buffer, length);
    return length;
  }

  @Override
  public void copy(Path source, long from, long length) throws Fault, InterruptedException {
    room(length);
    try (FileChannel channel =
        FileChannel.open(source, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      long done = 0;
      while (done < length) {
        byte[] buffer = target.contents().buffer();
        ByteBuffer piece =
            ByteBuffer.wrap(buffer, 0, (int) Math.min(buffer.length, length - done));
        if (channel.read(piece, from + done) < 0) {
          throw wrong("%s ends before its byte %d".formatted(source, from + length));
        }
        done += piece.position();
        write(buffer, piece.position());
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

  private void write(byte[] buffer, int length) throws Fault, InterruptedException {
    target.room().run(() -> out.write(buffer, length, at));
    target.contents().bytes(buffer, length);
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

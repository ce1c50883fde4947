package io.fleetinstaller.slots;

import io.fleetinstaller.io.Held;
import io.fleetinstaller.release.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;

/**
 * A file of an old slot, held open to be read. Agents may own such files and their folders: what
 * stands there may be a pipe, a link or a device by now, and may change under way. Opening it waits
 * for nobody, and refuses all but a file.
 *
 * @param path it was found by
 */
public record Original(Path path, Held held, FileChannel bytes, long size) implements Closeable {
  private static final long BLOCK = 4096;
  private static final int PIECE = 1 << 16;

  /** Opens the file that is there now. */
  public static Original open(Path path) throws IOException {
    Held held = Held.at(path);
    try {
      BasicFileAttributes found = Files.readAttributes(held.path(), BasicFileAttributes.class);
      if (!found.isRegularFile()) {
        throw new FileSystemException(path.toString(), null, "it is no file");
      }
      FileChannel bytes = FileChannel.open(held.path(), StandardOpenOption.READ);
      return new Original(path, held, bytes, found.size());
    } catch (IOException | RuntimeException e) {
      held.close();
      throw e;
    }
  }

  /** Reads some of what lies there; how many bytes, or -1 behind the end. */
  public int read(ByteBuffer into, long position) throws IOException, InterruptedException {
    try {
      return bytes.read(into, position);
    } catch (ClosedByInterruptException e) {
      // Not the file's fault: whoever asks must not take it for damaged.
      boolean _ = Thread.interrupted();
      throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
    }
  }

  /** The digest of all that it has. */
  Digest digest() throws IOException, InterruptedException {
    MessageDigest sum = Digest.algorithm();
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    long at = 0;
    for (int read = read(piece, at); read >= 0; read = read(piece.clear(), at)) {
      sum.update(piece.flip());
      at += read;
    }
    return Digest.of(sum);
  }

  /** How much of so many bytes ends with a block, or with the file. */
  long shareable(long from, long length) {
    return from + length == size ? length : Math.max(0, length - length % BLOCK);
  }

  @Override
  public void close() {
    try (held) {
      bytes.close();
    } catch (IOException _) {
      // It was only read.
    }
  }
}

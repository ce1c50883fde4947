package io.fleetinstaller.slots;

import io.fleetinstaller.io.Held;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that pieces are copied from, held open: what is shared and what is hashed is the same.
 *
 * @param path it was found by
 */
record Original(Path path, Held held, FileChannel bytes, long size) implements Closeable {
  private static final long BLOCK = 4096;

  static Original open(Path path) throws IOException {
    Held held = Held.at(path);
    try {
      if (!Files.isRegularFile(held.path())) {
        throw new FileSystemException(path.toString(), null, "it is no file");
      }
      FileChannel bytes = FileChannel.open(held.path(), StandardOpenOption.READ);
      return new Original(path, held, bytes, bytes.size());
    } catch (IOException | RuntimeException e) {
      held.close();
      throw e;
    }
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

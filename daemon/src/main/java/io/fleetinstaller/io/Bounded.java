package io.fleetinstaller.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads whole files without trusting their size. */
public final class Bounded {

  private Bounded() {}

  /** At most one byte more than the limit: enough for the reader to see that it is too large. */
  public static byte[] read(Path file, int limit) throws IOException {
    // Opening a pipe would wait for a writer for ever.
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException(file + " is not a regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(limit + 1);
    }
  }
}

package io.fleetinstaller.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads a stream to its end in a thread of its own, and keeps the last MiB. */
final class Tail {
  private static final int KEPT = 1024 * 1024;

  private final InputStream stream;
  private byte[] bytes = new byte[4096];
  private int length;
  private @Nullable Thread reader;

  Tail(InputStream stream) {
    this.stream = stream;
  }

  void start(String name) {
    reader = Thread.ofPlatform().daemon().name(name).start(this::readAll);
  }

  /** Waits for the end of the stream, but not longer than this. */
  void join(Duration atMost) throws InterruptedException {
    if (reader != null) {
      reader.join(atMost);
    }
  }

  synchronized String text() {
    int from = Math.max(0, length - KEPT);
    return new String(bytes, from, length - from, UTF_8);
  }

  private void readAll() {
    byte[] chunk = new byte[8192];
    try (stream) {
      for (int n = stream.read(chunk); n >= 0; n = stream.read(chunk)) {
        add(chunk, n);
      }
    } catch (IOException _) {
      // The process was killed and its pipe closed under us: what was read is the tail.
    }
  }

  private synchronized void add(byte[] chunk, int count) {
    if (length + count > 2 * KEPT) {
      System.arraycopy(bytes, length - KEPT, bytes, 0, KEPT);
      length = KEPT;
    }
    if (length + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }
    System.arraycopy(chunk, 0, bytes, length, count);
    length += count;
  }
}

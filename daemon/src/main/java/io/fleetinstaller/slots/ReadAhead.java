package io.fleetinstaller.slots;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Reads a stream in a thread of its own, a few buffers ahead, so that fetching and checking what
 * comes next goes on while what came is unpacked. Closing it ends and joins the thread.
 */
public final class ReadAhead extends InputStream {
  private static final int BUFFERS = 8;

  private final InputStream source;
  private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(BUFFERS + 1);
  private final Buffers buffers = new Buffers(BUFFERS);
  private final Thread reader;
  private Chunk chunk = new Bytes(new byte[0], 0);
  private int at;

  public ReadAhead(InputStream source) {
    this.source = source;
    // Virtual, because interrupting it then also ends a read that waits for the network.
    this.reader = Thread.ofVirtual().name("fetch").start(this::fetch);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (true) {
      switch (chunk) {
        case Bytes bytes when at < bytes.length() -> {
          int count = Math.min(length, bytes.length() - at);
          System.arraycopy(bytes.buffer(), at, into, offset, count);
          at += count;
          return count;
        }
        case Bytes bytes -> next(bytes);
        case End() -> {
          return -1;
        }
        case Failed(Throwable cause) -> throw new IOException(cause.getMessage(), cause);
      }
    }
  }

  /** Decoders keep a look-ahead of their own; this much is there without waiting. */
  @Override
  public int available() {
    return chunk instanceof Bytes bytes ? bytes.length() - at : 0;
  }

  /** Why the source failed, if that is what ended the reading. */
  Optional<Throwable> failure() {
    return chunk instanceof Failed(Throwable cause) ? Optional.of(cause) : Optional.empty();
  }

  /** Reads and forgets the rest: the source checks its digest at its end. */
  void drain() throws IOException {
    byte[] waste = new byte[1 << 16];
    while (read(waste, 0, waste.length) >= 0) {
      // Whatever it is, it only had to arrive.
    }
  }

  @Override
  public void close() throws IOException {
    reader.interrupt();
    boolean interrupted = false;
    while (reader.isAlive()) {
      try {
        reader.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    source.close();
  }

  private void next(Bytes done) throws InterruptedIOException {
    try {
      if (done.buffer().length > 0) {
        buffers.giveBack(done.buffer());
      }
      chunk = full.take();
      at = 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the next bytes");
    }
  }

  private void fetch() {
    try {
      while (true) {
        byte[] buffer = buffers.take();
        int length = source.readNBytes(buffer, 0, buffer.length);
        if (length == 0) {
          full.put(new End());
          return;
        }
        full.put(new Bytes(buffer, length));
      }
    } catch (InterruptedException _) {
      // Closed: nobody reads any more.
    } catch (IOException | RuntimeException | Error e) {
      // There is room for it: one more than there are buffers.
      full.add(new Failed(e));
    }
  }

  private sealed interface Chunk {}

  // Arrays on purpose: buffers, never compared.
  @SuppressWarnings("ArrayRecordComponent")
  private record Bytes(byte[] buffer, int length) implements Chunk {}

  private record End() implements Chunk {}

  private record Failed(Throwable cause) implements Chunk {}
}

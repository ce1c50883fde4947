package io.fleetinstaller.slots;

import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Hashes the files of a slot in a thread of its own while they are written, and writes the slot's
 * contents: a line for each entry. Closing it ends and joins the thread.
 */
final class ContentsWriter implements AutoCloseable {
  private static final int BUFFERS = 16;
  private static final byte[] ZEROS = new byte[1 << 16];

  private final Scratch.Output out;
  private final BlockingQueue<Work> work = new ArrayBlockingQueue<>(4 * BUFFERS);
  private final Buffers buffers = new Buffers(BUFFERS);
  private final Thread hasher;
  private final MessageDigest content = Digest.algorithm();
  private final MessageDigest lines = Digest.algorithm();
  private long position;
  private volatile Optional<Throwable> failure = Optional.empty();

  ContentsWriter(Scratch.Output out) {
    this.out = out;
    this.hasher = Thread.ofVirtual().name("hash").start(this::run);
    work.add(new Text(Item.FIRST_LINE));
  }

  /** An empty buffer to fill; it comes back through {@link #bytes}. */
  byte[] buffer() throws InterruptedException {
    return buffers.take();
  }

  /** The next bytes of the current file. */
  void bytes(byte[] buffer, int length) throws InterruptedException {
    work.put(new Bytes(buffer, length));
  }

  /** So many zeros in the current file. */
  void hole(long length) throws InterruptedException {
    work.put(new Hole(length));
  }

  /**
   * The current file is at its end; its digest is filled in.
   *
   * @throws Refused the digest of a file before it was wrong
   */
  void file(Item item, Check check) throws Refused, InterruptedException {
    if (failure.orElse(null) instanceof Refused refused) {
      throw refused;
    }
    work.put(new File(item, check));
  }

  /** An entry without content. */
  void other(Item item) throws InterruptedException {
    work.put(new Text(item.line()));
  }

  /** Waits until all of it is hashed and written; the digest of the contents. */
  Digest finish() throws IOException, Refused {
    try {
      work.put(new Stop());
      hasher.join();
    } catch (InterruptedException e) {
      throw (IOException) new InterruptedIOException("interrupted while hashing").initCause(e);
    }
    switch (failure.orElse(null)) {
      case null -> {}
      case IOException e -> throw e;
      case Refused refused -> throw refused;
      case Throwable bug -> throw new IllegalStateException("hashing failed", bug);
    }
    out.close();
    return Digest.of(lines);
  }

  @Override
  public void close() throws IOException {
    hasher.interrupt();
    boolean interrupted = false;
    while (hasher.isAlive()) {
      try {
        hasher.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    out.close();
  }

  private void run() {
    try {
      for (Work next = work.take(); !(next instanceof Stop); next = work.take()) {
        doOrPass(next);
      }
    } catch (InterruptedException _) {
      // Closed: nobody waits for the result any more.
    }
  }

  /** After a failure work is only taken away, so that whoever hands it in never waits for ever. */
  private void doOrPass(Work next) {
    if (failure.isEmpty()) {
      try {
        work(next);
      } catch (IOException | Refused | RuntimeException | Error e) {
        failure = Optional.of(e);
      }
    }
    if (next instanceof Bytes(byte[] buffer, int _)) {
      buffers.giveBack(buffer);
    }
  }

  private void work(Work next) throws IOException, Refused {
    switch (next) {
      case Bytes(byte[] buffer, int length) -> content.update(buffer, 0, length);
      case Hole(long length) -> zeros(length);
      case File(Item item, Check check) -> ended(item, check);
      case Text(String text) -> write(text);
      case Stop() -> {}
    }
  }

  private void ended(Item item, Check check) throws IOException, Refused {
    Digest found = Digest.of(content);
    check.digest(found);
    write(item.with(found).line());
  }

  private void zeros(long length) {
    for (long left = length; left > 0; left -= ZEROS.length) {
      content.update(ZEROS, 0, (int) Math.min(left, ZEROS.length));
    }
  }

  private void write(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    lines.update(bytes);
    out.write(bytes, bytes.length, position);
    position += bytes.length;
  }

  /** Looks whether a file is what it should be, in our thread. */
  @FunctionalInterface
  interface Check {
    void digest(Digest found) throws Refused;
  }

  private sealed interface Work {}

  // Arrays on purpose: buffers, never compared.
  @SuppressWarnings("ArrayRecordComponent")
  private record Bytes(byte[] buffer, int length) implements Work {}

  private record Hole(long length) implements Work {}

  private record File(Item item, Check check) implements Work {}

  private record Text(String text) implements Work {}

  private record Stop() implements Work {}
}

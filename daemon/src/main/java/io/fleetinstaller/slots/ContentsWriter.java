package io.fleetinstaller.slots;

import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Hashes the files of a slot in a thread of its own while they are written, and writes the slot's
 * contents: a line for each entry. What is to be done is handed over by the buffer, not by the
 * file: waking a thread costs more than a small file does. Closing it ends and joins the thread.
 */
final class ContentsWriter implements AutoCloseable {
  private static final int BUFFERS = 12;

  /** How many pieces of work one buffer may come with. */
  private static final int MOST = 1000;

  /** Less than this at the end of a buffer is no space for the middle of a file. */
  private static final int LEAST = 1 << 15;

  private static final byte[] ZEROS = new byte[1 << 16];

  private final Scratch.Output out;
  private final BlockingQueue<Batch> work = new ArrayBlockingQueue<>(2 * BUFFERS);
  private final Buffers buffers = new Buffers(BUFFERS);
  private final Thread hasher;
  private final MessageDigest content = Digest.algorithm();
  private final MessageDigest lines = Digest.algorithm();
  private final StringBuilder text = new StringBuilder();
  private long position;
  private byte[] buffer = new byte[0];
  private int filled;
  private List<Work> next = new ArrayList<>();
  private volatile Optional<Throwable> failure = Optional.empty();

  ContentsWriter(Scratch.Output out) {
    this.out = out;
    this.hasher = Thread.ofVirtual().name("hash").start(this::run);
    next.add(new Text(Item.FIRST_LINE));
  }

  /** Where the next bytes of the current file may be put, before {@link #bytes} is told of them. */
  // An array on purpose: a buffer, never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Space(byte[] buffer, int from, int length) {}

  /** Space for at most so many bytes. */
  Space space(long most) throws InterruptedException {
    int free = buffer.length - filled;
    if (free < Math.min(most, LEAST)) {
      handOver();
      buffer = buffers.take();
      free = buffer.length;
    }
    return new Space(buffer, filled, (int) Math.min(free, most));
  }

  /** The next bytes of the current file lie where there was space. */
  void bytes(int length) throws InterruptedException {
    int from = filled;
    filled += length;
    add(new Bytes(from, length));
  }

  /** So many zeros in the current file. */
  void hole(long length) throws InterruptedException {
    add(new Hole(length));
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
    add(new File(item, check));
  }

  /** An entry without content. */
  void other(Item item) throws InterruptedException {
    add(new Text(item.line()));
  }

  /** Waits until all of it is hashed and written; the digest of the contents. */
  Digest finish() throws IOException, Refused {
    try {
      handOver();
      work.put(new Batch(new byte[0], List.of(), true));
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

  private void add(Work piece) throws InterruptedException {
    next.add(piece);
    if (next.size() >= MOST) {
      handOver();
    }
  }

  private void handOver() throws InterruptedException {
    work.put(new Batch(buffer, next, false));
    buffer = new byte[0];
    filled = 0;
    next = new ArrayList<>();
  }

  private void run() {
    try {
      for (Batch batch = work.take(); !batch.last(); batch = work.take()) {
        doOrPass(batch);
      }
    } catch (InterruptedException _) {
      // Closed: nobody waits for the result any more.
    }
  }

  /** After a failure work is only taken away, so that whoever hands it in never waits for ever. */
  private void doOrPass(Batch batch) {
    if (failure.isEmpty()) {
      try {
        for (Work each : batch.work()) {
          work(each, batch.buffer());
        }
        write();
      } catch (IOException | Refused | RuntimeException | Error e) {
        failure = Optional.of(e);
      }
    }
    if (batch.buffer().length > 0) {
      buffers.giveBack(batch.buffer());
    }
  }

  private void work(Work next, byte[] bytes) throws Refused {
    switch (next) {
      case Bytes(int from, int length) -> content.update(bytes, from, length);
      case Hole(long length) -> zeros(length);
      case File(Item item, Check check) -> {
        Digest found = Digest.of(content);
        check.digest(found);
        text.append(item.with(found).line());
      }
      case Text(String line) -> text.append(line);
    }
  }

  private void zeros(long length) {
    for (long left = length; left > 0; left -= ZEROS.length) {
      content.update(ZEROS, 0, (int) Math.min(left, ZEROS.length));
    }
  }

  private void write() throws IOException {
    if (!text.isEmpty()) {
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      lines.update(bytes);
      out.write(bytes, 0, bytes.length, position);
      position += bytes.length;
      text.setLength(0);
    }
  }

  /** Looks whether a file is what it should be, in our thread. */
  @FunctionalInterface
  interface Check {
    void digest(Digest found) throws Refused;
  }

  /** Some pieces of work, and the buffer that their bytes are in. */
  // An array on purpose: a buffer, never compared.
  @SuppressWarnings("ArrayRecordComponent")
  private record Batch(byte[] buffer, List<Work> work, boolean last) {}

  private sealed interface Work {}

  private record Bytes(int from, int length) implements Work {}

  private record Hole(long length) implements Work {}

  private record File(Item item, Check check) implements Work {}

  private record Text(String line) implements Work {}
}

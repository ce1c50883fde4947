package io.fleetinstaller.api;

import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.io.Time;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * A Unix-domain connection whose reads and writes end by a deadline: the JDK's blocking channels
 * know none. Not thread-safe.
 */
final class Connection implements Closeable {
  private static final int LINGER_BYTES = 1 << 20;
  private static final Duration LINGER = Duration.ofSeconds(1);

  // A selector waits by the clock of the machine, whatever clock the daemon goes by.
  static final Time TIME = new SystemTime();

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private Duration deadline;

  private Connection(SocketChannel channel, Selector selector) throws IOException {
    this.channel = channel;
    this.selector = selector;
    this.deadline = TIME.elapsed();
    channel.configureBlocking(false);
    this.key = channel.register(selector, 0);
  }

  /** Owns the channel from now on, also when it fails. */
  static Connection over(SocketChannel channel) throws IOException {
    Selector selector = null;
    try {
      selector = Selector.open();
      return new Connection(channel, selector);
    } catch (IOException e) {
      channel.close();
      if (selector != null) {
        selector.close();
      }
      throw e;
    }
  }

  SocketChannel channel() {
    return channel;
  }

  /** What follows must be over within this time from now. */
  void within(Duration limit) {
    deadline = TIME.elapsed().plus(limit);
  }

  /** At least one byte, or -1 at the end. */
  int read(ByteBuffer buffer) throws IOException {
    while (true) {
      int count = channel.read(buffer);
      if (count != 0) {
        return count;
      }
      await(SelectionKey.OP_READ);
    }
  }

  void write(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (true) {
      channel.write(buffer);
      if (!buffer.hasRemaining()) {
        return;
      }
      await(SelectionKey.OP_WRITE);
    }
  }

  private void await(int operation) throws IOException {
    long left = deadline.minus(TIME.elapsed()).toMillis();
    if (left <= 0) {
      throw new SocketTimeoutException("the other side is too slow");
    }
    key.interestOps(operation);
    selector.select(left);
    selector.selectedKeys().clear();
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("shutting down");
    }
  }

  /**
   * Ends our side, then swallows what is still being sent: closing over it would reset the
   * connection before the answer is read.
   */
  void finish() throws IOException {
    channel.shutdownOutput();
    within(LINGER);
    ByteBuffer rest = ByteBuffer.allocate(8 << 10);
    for (int swallowed = 0; swallowed < LINGER_BYTES; swallowed += rest.position()) {
      rest.clear();
      if (read(rest) < 0) {
        return;
      }
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      selector.close();
    }
  }
}

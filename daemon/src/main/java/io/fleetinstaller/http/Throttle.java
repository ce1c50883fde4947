package io.fleetinstaller.http;

import io.fleetinstaller.io.Time;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.OptionalLong;

/** Keeps all downloads that share it together below a rate. Thread-safe. */
public final class Throttle {
  /** So far the line may be ahead of its rate: a second's worth. */
  private static final Duration AHEAD = Duration.ofSeconds(1);

  private static final int SKIPPED_AT_ONCE = 16 << 10;

  private final Limit limit;
  private final Time time;
  private Duration paid = Duration.ZERO;

  /** How fast it may be at this moment. */
  @FunctionalInterface
  public interface Limit {
    Limit NONE = OptionalLong::empty;

    /** Bytes per second, 1 or more; empty: as fast as they come. */
    OptionalLong now();
  }

  public Throttle(Limit limit, Time time) {
    this.limit = limit;
    this.time = time;
  }

  /** The same bytes, not faster than allowed. */
  public InputStream of(InputStream bytes) {
    return new FilterInputStream(bytes) {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        int count = super.read(into, offset, length);
        pay(count);
        return count;
      }

      @Override
      public long skip(long most) throws IOException {
        byte[] scratch = new byte[(int) Math.min(Math.max(most, 0), SKIPPED_AT_ONCE)];
        return Math.max(0, read(scratch, 0, scratch.length));
      }
    };
  }

  private void pay(int count) throws InterruptedIOException {
    OptionalLong rate = limit.now();
    if (count <= 0 || rate.isEmpty()) {
      return;
    }
    Duration wait = due(Duration.ofNanos(count * 1_000_000_000L / rate.getAsLong()));
    if (wait.isPositive()) {
      try {
        time.sleep(wait);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw (InterruptedIOException)
            new InterruptedIOException("interrupted while downloading slowly").initCause(e);
      }
    }
  }

  /** Who comes next waits behind what was paid for before; time that nobody used is gone. */
  private synchronized Duration due(Duration cost) {
    Duration now = time.elapsed();
    paid = (paid.compareTo(now) > 0 ? paid : now).plus(cost);
    return paid.minus(now).minus(AHEAD);
  }
}

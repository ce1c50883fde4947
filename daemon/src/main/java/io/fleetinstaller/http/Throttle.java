package io.fleetinstaller.http;

import io.fleetinstaller.io.Time;
import java.time.Duration;
import java.util.OptionalLong;

/** Keeps all downloads that share it together below a rate. Thread-safe. */
public final class Throttle {
  /** So far the line may be ahead of its rate: a second's worth. */
  private static final Duration AHEAD = Duration.ofSeconds(1);

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

  /** Waits until so many bytes, which came just now, are no more than allowed. */
  public void pay(int count) throws InterruptedException {
    OptionalLong rate = limit.now();
    if (count <= 0 || rate.isEmpty()) {
      return;
    }
    Duration wait = due(Duration.ofNanos(count * 1_000_000_000L / rate.getAsLong()));
    if (wait.isPositive()) {
      time.sleep(wait);
    }
  }

  /** Who comes next waits behind what was paid for before; time that nobody used is gone. */
  private synchronized Duration due(Duration cost) {
    Duration now = time.elapsed();
    paid = (paid.compareTo(now) > 0 ? paid : now).plus(cost);
    return paid.minus(now).minus(AHEAD);
  }
}

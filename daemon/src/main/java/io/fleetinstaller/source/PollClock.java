package io.fleetinstaller.source;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When to poll next. Chance spreads a fleet evenly over the interval, and keeps it spread when all
 * of it restarts, fails or is told to wait at once. Not thread-safe.
 */
public final class PollClock {
  private static final int MOST_DOUBLINGS = 20;
  private static final double JITTER = 0.1;

  private final Rhythm rhythm;
  private final RandomGenerator chance;
  private int failures;

  public PollClock(Rhythm rhythm, RandomGenerator chance) {
    this.rhythm = rhythm;
    this.chance = chance;
  }

  /**
   * From the start to the first poll. A host that has a config lives on that and takes any moment
   * of an interval; one that has none asks at once.
   */
  public Duration first(boolean hasConfig) {
    return hasConfig ? below(underWay()) : Duration.ZERO;
  }

  // Of the intervals that are under way at any moment, the longer ones are more. Seen so, a fleet
  // that restarts is from its first second on as even as one that has polled for ever.
  private Duration underWay() {
    double shortest = (1 - JITTER) * (1 - JITTER);
    double longest = (1 + JITTER) * (1 + JITTER);
    double length = Math.sqrt(shortest + chance.nextDouble() * (longest - shortest));
    return Duration.ofNanos((long) (rhythm.interval().toNanos() * length));
  }

  /** From a poll that went well to the next: the interval, a tenth more or less. */
  public Duration afterSuccess() {
    failures = 0;
    return around(rhythm.interval(), JITTER);
  }

  /**
   * From a poll that failed to the next: longer each time up to a cap, half more or less. Never
   * sooner than the server asked for, up to the same cap, and then at any moment of an interval, or
   * all that were told the same would come back at once.
   *
   * @param askedFor what the server asked for; zero: nothing
   */
  public Duration afterFailure(Duration askedFor) {
    Duration doubled =
        shorter(rhythm.interval().multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS)));
    failures++;
    Duration backoff = around(doubled, 0.5);
    if (!askedFor.isPositive()) {
      return backoff;
    }
    Duration told = shorter(askedFor).plus(below(rhythm.interval()));
    return told.compareTo(backoff) > 0 ? told : backoff;
  }

  /** From seeing a change to acting on it. */
  public Duration holdOff() {
    return below(rhythm.holdOff());
  }

  private Duration shorter(Duration wished) {
    return wished.compareTo(rhythm.longestPause()) < 0 ? wished : rhythm.longestPause();
  }

  private Duration around(Duration middle, double part) {
    long nanos = middle.toNanos();
    long spread = (long) (nanos * part);
    return Duration.ofNanos(nanos - spread + chance.nextLong(2 * spread + 1));
  }

  private Duration below(Duration limit) {
    return limit.isZero() ? limit : Duration.ofNanos(chance.nextLong(limit.toNanos()));
  }
}

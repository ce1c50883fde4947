package io.fleetinstaller.http;

import io.fleetinstaller.io.Time;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** How often something is tried, and how long the pauses between are. */
public record Pace(Patience patience, Time time, RandomGenerator chance) {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

  /** One round and no more. */
  public Pace once() {
    return new Pace(patience.hurried(), time, chance);
  }

  /** True when the round with this number, counted from 1, was the last one allowed. */
  public boolean endsWith(int round) {
    return round >= patience.tries();
  }

  /**
   * How long to sleep between rounds: exponential, capped, with full jitter, so that a fleet that
   * failed at once does not come back at once; but not shorter than the other side asked for.
   */
  public Duration pause(int round, Duration askedFor) {
    Duration most = shorter(FIRST_PAUSE.multipliedBy(1L << Math.min(round - 1, 20)));
    Duration jittered = Duration.ofMillis(chance.nextLong(most.toMillis() + 1));
    Duration least = shorter(askedFor);
    return jittered.compareTo(least) > 0 ? jittered : least;
  }

  private Duration shorter(Duration wished) {
    return wished.compareTo(patience.longestPause()) < 0 ? wished : patience.longestPause();
  }
}

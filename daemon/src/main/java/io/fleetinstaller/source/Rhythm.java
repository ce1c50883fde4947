package io.fleetinstaller.source;

import java.time.Duration;

/**
 * How often the source is asked.
 *
 * @param interval from one poll to the next, on average
 * @param longestPause after failures, or when a server asks for a pause; never shorter than the
 *     interval
 * @param holdOff at most so long passes from seeing a change to acting on it; zero: at once
 * @param staleAfter without a word from any mirror, it is said loudly
 */
public record Rhythm(
    Duration interval, Duration longestPause, Duration holdOff, Duration staleAfter) {
  public static final Rhythm DEFAULT =
      new Rhythm(
          Duration.ofSeconds(60), Duration.ofHours(1), Duration.ofSeconds(30), Duration.ofDays(2));

  public Rhythm {
    if (interval.compareTo(Duration.ofMillis(1)) < 0 || holdOff.isNegative()) {
      throw new IllegalArgumentException(
          "the interval must be positive, the hold-off not negative");
    }
    longestPause = longestPause.compareTo(interval) < 0 ? interval : longestPause;
  }
}

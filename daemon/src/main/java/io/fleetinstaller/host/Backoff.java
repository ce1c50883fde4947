package io.fleetinstaller.host;

import java.time.Duration;

/**
 * How long a service that keeps exiting waits before it is started again: twice as long each time
 * up to a cap, and from the beginning once it has run for a while. Not thread-safe.
 */
final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration CAP = Duration.ofSeconds(30);
  private static final Duration GOOD_RUN = Duration.ofMinutes(1);

  private Duration next = FIRST;

  /** The wait after a run of this length. */
  Duration after(Duration run) {
    Duration wait = run.compareTo(GOOD_RUN) >= 0 ? FIRST : next;
    Duration doubled = wait.multipliedBy(2);
    next = doubled.compareTo(CAP) > 0 ? CAP : doubled;
    return wait;
  }
}

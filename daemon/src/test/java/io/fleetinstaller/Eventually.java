package io.fleetinstaller;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what other processes do: looks again and again, and fails at the deadline. */
public final class Eventually {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final Duration BETWEEN = Duration.ofMillis(5);

  private Eventually() {}

  /** Returns when this holds; what it was waiting for stands in the failure. */
  public static void eventually(String what, Callable<Boolean> holds) throws Exception {
    long from = System.nanoTime();
    while (!holds.call()) {
      if (System.nanoTime() - from > DEADLINE.toNanos()) {
        throw new AssertionError("not within " + DEADLINE.toSeconds() + " s: " + what);
      }
      LockSupport.parkNanos(BETWEEN.toNanos());
    }
  }
}

package io.fleetinstaller.http;

import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;

/**
 * Gives up a connection that delivers, but so slowly that a new one is the better bet. Only time
 * spent waiting for the network counts, not what the reader takes to store the bytes.
 */
public final class FloorRate {
  private final Patience patience;
  private Duration waited = Duration.ZERO;
  private long arrived;

  public FloorRate(Patience patience) {
    this.patience = patience;
  }

  /** Counts what came, and how long the wait for it was. */
  public void arrived(long bytes, Duration wait) throws Failure {
    arrived += bytes;
    waited = waited.plus(wait);
    if (waited.compareTo(patience.floorWindow()) < 0) {
      return;
    }
    long perSecond = arrived * 1000 / Math.max(1, waited.toMillis());
    if (perSecond < patience.floorRate()) {
      throw Failure.passing(
          ReasonCode.TOO_SLOW,
          "only %d bytes per second arrived over %ds; the floor is %d"
              .formatted(perSecond, waited.toSeconds(), patience.floorRate()));
    }
    arrived = 0;
    waited = Duration.ZERO;
  }
}

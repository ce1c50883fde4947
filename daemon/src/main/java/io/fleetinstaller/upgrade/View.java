package io.fleetinstaller.upgrade;

import java.time.Instant;

/**
 * An upgrade that is under way, as it is now.
 *
 * @param since when this step was begun
 * @param done so many of total bytes (milliseconds while observing); total 0 means nobody knows
 * @param attempt of this step, from 1
 */
public record View(Upgrade upgrade, Step step, Instant since, long done, long total, int attempt) {

  View at(long nowDone, long nowTotal) {
    return new View(upgrade, step, since, nowDone, nowTotal, attempt);
  }
}

package io.fleetinstaller.upgrade;

import io.fleetinstaller.release.Wait;
import java.time.Instant;
import java.util.Optional;

/**
 * An upgrade that is under way, as it is now.
 *
 * @param since when this step was begun
 * @param done so many of total bytes (milliseconds while observing); total 0 means nobody knows
 * @param attempt of this step, from 1
 * @param waits who is waited for, if anybody; of several the one who is waited for longest
 */
public record View(
    Upgrade upgrade,
    Step step,
    Instant since,
    long done,
    long total,
    int attempt,
    Optional<Wait> waits) {

  View at(long nowDone, long nowTotal) {
    return new View(upgrade, step, since, nowDone, nowTotal, attempt, waits);
  }

  View waiting(Optional<Wait> now) {
    return new View(upgrade, step, since, done, total, attempt, now);
  }
}

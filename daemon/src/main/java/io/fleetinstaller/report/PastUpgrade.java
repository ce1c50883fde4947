package io.fleetinstaller.report;

import io.fleetinstaller.release.Reason;
import io.fleetinstaller.upgrade.Upgrade;
import java.time.Instant;
import java.util.Optional;

/**
 * An upgrade that has ended.
 *
 * @param reason why it did not end well; empty when it did
 * @param times how often in a row it ended so: equal attempts that were given up share one record
 */
public record PastUpgrade(
    Upgrade upgrade, End end, Optional<Reason> reason, int times, Instant ended) {

  /** The four ways in which an upgrade ends. */
  public enum End {
    UPGRADED,
    /** On trial it was not well; what ran before runs again. */
    REVERTED,
    /** It failed before anything was switched. */
    GIVEN_UP,
    /** The way back failed as well: a person must act. */
    STUCK
  }

  Tree tree() {
    return new Tree()
        .put("id", upgrade.id())
        .put("end", Nouns.word(end))
        .put("from", upgrade.from(), Nouns::release)
        .put("to", upgrade.to(), Nouns::release)
        .put("origin", Nouns.origin(upgrade.origin()))
        .put("began", upgrade.began())
        .put("ended", ended)
        .put("times", times)
        .put("reason", reason, Nouns::reason);
  }
}

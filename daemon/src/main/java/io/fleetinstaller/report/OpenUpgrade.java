package io.fleetinstaller.report;

import io.fleetinstaller.upgrade.Step;
import io.fleetinstaller.upgrade.Upgrade;
import java.time.Instant;

/**
 * An upgrade that has not ended.
 *
 * @param attempt of this step, from 1
 * @param done bytes, or milliseconds while observing
 * @param total 0 when nobody knows
 * @param since when this step began
 */
public record OpenUpgrade(
    Upgrade upgrade, Step step, int attempt, long done, long total, Instant since) {

  /** Whether it is on its way back. */
  boolean goesBack() {
    return switch (step) {
      case SWITCH_BACK, RESTART_OLD, OBSERVE_OLD, DISCARD -> true;
      case FETCH, UNPACK, ARM, SWITCH, RESTART, OBSERVE, CONFIRM, DISARM, PRUNE -> false;
    };
  }

  Tree tree() {
    return new Tree()
        .put("id", upgrade.id())
        .put("from", upgrade.from(), Nouns::release)
        .put("to", upgrade.to(), Nouns::release)
        .put("origin", Nouns.origin(upgrade.origin()))
        .put("began", upgrade.began())
        .put("step", Nouns.word(step))
        .put("attempt", attempt)
        .put("progress", new Tree().put("done", done).put("total", total))
        .put("since", since);
  }
}

package io.fleetinstaller.upgrade;

import io.fleetinstaller.release.Reason;
import java.util.Optional;

/** How an upgrade ended. */
public sealed interface Outcome {

  /** Why it did not end as it was meant to; empty for one that did. */
  Optional<Reason> why();

  /** The candidate is confirmed; for a removal, the package is gone. */
  record Upgraded() implements Outcome {
    @Override
    public Optional<Reason> why() {
      return Optional.empty();
    }
  }

  /** The candidate was on trial; what was there before is back. */
  record Reverted(Reason reason) implements Outcome {
    @Override
    public Optional<Reason> why() {
      return Optional.of(reason);
    }
  }

  /**
   * It ended before the switch: the service saw nothing of it.
   *
   * @param kind whether trying again could help
   */
  record GivenUp(Reason reason, Failure.Kind kind) implements Outcome {
    @Override
    public Optional<Reason> why() {
      return Optional.of(reason);
    }
  }

  /** Not even the way back worked: a person must act. */
  record Stuck(Reason reason) implements Outcome {
    @Override
    public Optional<Reason> why() {
      return Optional.of(reason);
    }
  }
}

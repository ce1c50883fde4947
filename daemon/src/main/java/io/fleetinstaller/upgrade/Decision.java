package io.fleetinstaller.upgrade;

import io.fleetinstaller.release.Reason;
import java.time.Instant;
import java.util.Optional;

/** What to do about one package now, and why. */
public sealed interface Decision {

  Reason why();

  /** Begin this upgrade. */
  record Act(Move move, Reason why) implements Decision {}

  /**
   * Something is to be done, but not now.
   *
   * @param until when it is tried again by itself; empty while a person must act, or while
   *     something else must end first
   */
  record Wait(Reason why, Optional<Instant> until) implements Decision {}

  /** Nothing is to be done. */
  record Rest(Reason why) implements Decision {}
}

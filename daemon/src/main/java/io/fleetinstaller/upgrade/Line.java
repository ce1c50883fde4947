package io.fleetinstaller.upgrade;

import java.time.Instant;
import java.util.List;

/** One line of a journal: what happened, and when by the wall clock. */
public sealed interface Line {

  Instant at();

  /** A line about a step. */
  sealed interface OfStep extends Line {
    Step step();
  }

  /**
   * Written before the step does anything.
   *
   * @param boot which run of the machine this was; empty where nobody can tell
   */
  record Begun(Instant at, Step step, String boot) implements OfStep {}

  record Done(Instant at, Step step, List<String> notes) implements OfStep {
    public Done {
      notes = List.copyOf(notes);
    }
  }

  record Failed(Instant at, Step step, Failure failure) implements OfStep {}

  /** The candidate was seen well for the first time. */
  record Well(Instant at) implements Line {}

  /** The daemon was told to stop, and did so in good order. */
  record Paused(Instant at) implements Line {}

  /** Always the last. */
  record Ended(Instant at, Outcome outcome) implements Line {}
}

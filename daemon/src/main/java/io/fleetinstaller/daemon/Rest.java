package io.fleetinstaller.daemon;

import io.fleetinstaller.io.Memory;
import io.fleetinstaller.io.Time;
import java.time.Duration;

/**
 * What the daemon does with its memory while there is nothing to do: it gives back what work
 * needed, once, when a minute has passed since. Looks tell less than time: one that a source makes
 * may follow at once. For the owner thread.
 */
final class Rest {
  /** What a start or an upgrade leads to is over by then. */
  private static final Duration UNTIL_IT_COUNTS = Duration.ofMinutes(1);

  private final Memory memory;
  private final Time time;
  private Duration began;
  private boolean counts;

  Rest(Memory memory, Time time) {
    this.memory = memory;
    this.time = time;
    this.began = time.elapsed();
  }

  /** There is work; whoever has done it calls {@link #begins}. */
  void ends() {
    memory.takeUp();
  }

  void begins() {
    began = time.elapsed();
    counts = false;
  }

  /** A look has found nothing to do. */
  void goesOn() {
    if (!counts && time.elapsed().minus(began).compareTo(UNTIL_IT_COUNTS) >= 0) {
      counts = true;
      memory.giveBack();
    }
  }

  /** How long a look may be put off: what is to be given back does not wait for a source. */
  Duration untilLook(Duration poll) {
    return counts || poll.compareTo(UNTIL_IT_COUNTS) < 0 ? poll : UNTIL_IT_COUNTS;
  }
}

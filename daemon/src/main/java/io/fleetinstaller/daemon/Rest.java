package io.fleetinstaller.daemon;

import io.fleetinstaller.io.Memory;
import io.fleetinstaller.io.Time;
import java.time.Duration;

/**
 * What the daemon does with its memory while there is nothing to do: it gives back what work
 * needed, a minute after that; and again after four times as long, and so on, what rest itself has
 * touched once meanwhile. For the owner thread.
 */
final class Rest {
  /** What a start or an upgrade leads to is over by then. */
  static final Duration FIRST = Duration.ofMinutes(1);

  private static final int LONGER = 4;

  private final Memory memory;
  private final Time time;
  private Duration began;
  private Duration next = FIRST;

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
    next = FIRST;
  }

  /** A look has found nothing to do. */
  void goesOn() {
    if (time.elapsed().minus(began).compareTo(next) >= 0) {
      memory.giveBack();
      next = next.multipliedBy(LONGER);
    }
  }

  /** How long a look may be put off for it: the first must not wait for a source. */
  Duration untilLook(Duration poll) {
    return next.equals(FIRST) && FIRST.compareTo(poll) < 0 ? FIRST : poll;
  }
}

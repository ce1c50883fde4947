package io.fleetinstaller.packaging.lab;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts the effects by name as they come, and makes go wrong what the switch says. Thread-safe; an
 * effect that waits holds up no other. Daemons that come one after the other, and a candidate that
 * rehearses beside one, go on with the same count.
 */
final class FaultPoints {
  private final FaultSwitch source;
  private Manner failing = Manner.EIO;
  private int failures;

  /** An effect, with its own exception. */
  @FunctionalInterface
  interface Effect<T, X extends Exception> {
    T run() throws X, IOException, InterruptedException;
  }

  /**
   * @throws IOException when the switch is not to be trusted
   */
  FaultPoints(FaultSwitch source) throws IOException {
    this.source = source;
    source.strikes();
  }

  /**
   * Carries out an effect, or what is to go wrong there.
   *
   * @param grows whether it needs room on the disk
   */
  <T, X extends Exception> T pass(String name, boolean grows, Effect<T, X> effect)
      throws X, IOException, InterruptedException {
    Due due = arrive(name, grows);
    if (due.fails() && !due.after()) {
      throw failure(due.manner());
    }
    if (!due.after()) {
      suffer(due);
    }
    T result = effect.run();
    if (due.after()) {
      suffer(due);
      if (due.fails()) {
        throw failure(due.manner());
      }
    }
    return result;
  }

  /** What happens at this effect. */
  private record Due(boolean now, boolean after, Manner manner, int count) {
    static final Due NOTHING = new Due(false, false, Manner.EIO, 0);

    boolean fails() {
      return now && manner.fails();
    }
  }

  private synchronized Due arrive(String name, boolean grows) throws IOException {
    if (source.records()) {
      source.record(name);
    }
    if (failures > 0 && (grows || failing == Manner.EIO)) {
      failures--;
      return new Due(true, false, failing, 1);
    }
    List<Strike> strikes = source.strikes();
    if (strikes.isEmpty() || !strikes.getFirst().names(name)) {
      return Due.NOTHING;
    }
    Strike next = strikes.getFirst();
    if (source.passed(name) < next.nth()) {
      return Due.NOTHING;
    }
    source.fire(next, name);
    failing = next.manner();
    failures = next.manner().fails() ? next.count() - 1 : 0;
    return new Due(true, next.after(), next.manner(), next.count());
  }

  private static void suffer(Due due) {
    if (!due.now()) {
      return;
    }
    switch (due.manner()) {
      case KILL, DIE -> Signals.send(Signals.KILL);
      case STOP -> Signals.send(Signals.STOP);
      case SLOW -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(due.count()));
      case CUT, CUT_DEAD -> waitForTheEnd();
      case EIO, ENOSPC -> {}
    }
  }

  private static void waitForTheEnd() {
    while (true) {
      LockSupport.park();
    }
  }

  private static IOException failure(Manner manner) {
    return new IOException(
        manner == Manner.ENOSPC ? "No space left on device" : "Input/output error");
  }
}

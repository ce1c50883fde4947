package io.fleetinstaller.packaging.lab;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts the effects by name as they come, and makes go wrong what the switch says. Thread-safe; an
 * effect that waits holds up no other.
 */
final class FaultPoints {
  private final FaultSwitch source;
  private final Deque<Strike> strikes;
  private final Map<String, Integer> counts = new HashMap<>();
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
    this.strikes = new ArrayDeque<>(source.strikes());
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
    if (strikes.isEmpty()) {
      strikes.addAll(source.strikes());
    }
    Strike next = strikes.peek();
    if (next == null || !next.names(name)) {
      return Due.NOTHING;
    }
    if (counts.merge(next.point(), 1, Integer::sum) < next.nth()) {
      return Due.NOTHING;
    }
    strikes.remove();
    counts.clear();
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

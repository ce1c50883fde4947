package io.fleetinstaller.health;

import io.fleetinstaller.io.Durations;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks a probe on a thread of its own, so that no probe can outstay its time (a name server that is
 * silent, a TLS peer that trickles), and the services are watched meanwhile.
 */
final class Asking {
  // a probe's own timeout comes first: it can say what it waited for
  private static final Duration GRACE = Duration.ofSeconds(2);

  private Asking() {}

  /** Looks at the services while it waits. */
  @FunctionalInterface
  interface Meanwhile {
    /** Whether it is worth to wait on. */
    boolean goOn() throws InterruptedException;
  }

  static Answer ask(Probe probe, Duration timeout, Meanwhile meanwhile)
      throws InterruptedException {
    FutureTask<Answer> asked = new FutureTask<>(probe::ask);
    Thread.ofVirtual().name("probe " + probe.question()).start(asked);
    try {
      Duration limit = timeout.plus(GRACE);
      for (Duration waited = Duration.ZERO;
          waited.compareTo(limit) < 0;
          waited = waited.plus(Gate.POLL)) {
        try {
          return asked.get(Gate.POLL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
          if (!meanwhile.goOn()) {
            return new Answer.Unclear("not waited for, the service has ended");
          }
        }
      }
      return new Answer.Failed("no answer within " + Durations.text(timeout));
    } catch (ExecutionException e) {
      throw new IllegalStateException("a probe must answer: " + probe.question(), e.getCause());
    } finally {
      // closes the socket of a blocked virtual thread, too
      asked.cancel(true);
    }
  }
}

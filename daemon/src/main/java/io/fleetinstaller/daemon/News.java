package io.fleetinstaller.daemon;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Whether something happened that is worth telling. However much it was, it is told once.
 * Thread-safe.
 */
final class News {
  private final Semaphore untold = new Semaphore(0);

  void happened() {
    untold.release();
  }

  /** Waits for news; false when there was none for so long. */
  boolean await(Duration atMost) throws InterruptedException {
    boolean any = untold.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS);
    untold.drainPermits();
    return any;
  }
}

package io.fleetinstaller.io;

import java.time.Duration;
import java.time.Instant;

/** A clock that only moves when somebody sleeps or a test says so. */
public final class FakeTime implements Time {
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private Duration elapsed = Duration.ofHours(1);

  @Override
  public synchronized Instant now() {
    return now;
  }

  @Override
  public synchronized Duration elapsed() {
    return elapsed;
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    pass(duration);
  }

  /** Lets time pass on both clocks. */
  public synchronized void pass(Duration duration) {
    now = now.plus(duration);
    elapsed = elapsed.plus(duration);
  }

  /** Sets the wall clock, as an administrator or a broken battery would. */
  public synchronized void jump(Instant to) {
    now = to;
  }
}

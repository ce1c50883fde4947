package io.fleetinstaller.io;

import java.time.Duration;
import java.time.Instant;

/** The only source of time. Thread-safe. */
public interface Time {

  /** The wall clock: for records and people. It may jump. */
  Instant now();

  /** Time since an arbitrary start that never jumps: for deadlines and intervals. */
  Duration elapsed();

  void sleep(Duration duration) throws InterruptedException;
}

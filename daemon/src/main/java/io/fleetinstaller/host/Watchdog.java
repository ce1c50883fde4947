package io.fleetinstaller.host;

import io.fleetinstaller.release.Fault;
import java.time.Duration;

/**
 * Ends this process, and has it started again, when it was silent for too long.
 *
 * @param patience the longest silence
 */
public record Watchdog(Duration patience, Ear ear) {

  /** What a sign of life is given to. */
  @FunctionalInterface
  public interface Ear {
    void alive() throws Fault;
  }
}

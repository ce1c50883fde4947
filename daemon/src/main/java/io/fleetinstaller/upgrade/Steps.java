package io.fleetinstaller.upgrade;

import io.fleetinstaller.release.Fault;

/** What each step does to the host: the one port through which the engine acts. */
public interface Steps {

  /**
   * Does the step, wholly, whatever an earlier try of it left half-done.
   *
   * @throws Fault when it failed; the table says what comes next
   * @throws InterruptedException when the daemon stops; the step is begun again at its next start
   */
  void run(Step step, Upgrade upgrade, Progress progress) throws Fault, InterruptedException;
}

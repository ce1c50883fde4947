package io.fleetinstaller.upgrade;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import java.util.Optional;

/** What each step does to the host: the one port through which the engine acts. */
public interface Steps {

  /**
   * Does the step, wholly, whatever an earlier try of it left half-done.
   *
   * @param step any but CONFIRM, which is {@link #confirm}
   * @throws Fault when it failed; the table says what comes next
   * @throws InterruptedException when the daemon stops; the step is begun again at its next start
   */
  void run(Step step, Upgrade upgrade, Progress progress) throws Fault, InterruptedException;

  /**
   * Writes the line that confirms, while nobody else can go back.
   *
   * @throws Fault when somebody else has gone back already, or the line was not written
   */
  void confirm(Upgrade upgrade, Confirmation line) throws Fault, InterruptedException;

  /** Why somebody else has gone back from this upgrade; empty while nobody has. */
  Optional<Reason> takenBack(Upgrade upgrade) throws InterruptedException;

  /** The one line behind which there is no way back. */
  @FunctionalInterface
  interface Confirmation {
    void write() throws Fault, InterruptedException;
  }
}

package io.fleetinstaller.upgrade;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Wait;
import java.util.List;

/**
 * Where a step tells how far it is and what it saw. Calls are cheap and may come from any thread.
 */
public interface Progress {

  /** So many of so many bytes (or milliseconds, while observing); total 0 means nobody knows. */
  void at(long done, long total);

  /**
   * Evidence for the journal, kept with the end of the step: what was decided and what was seen.
   */
  void note(List<String> evidence);

  /** Nothing comes until somebody is asked again; several may be waited for at once. */
  default void waits(Wait wait) {}

  /** What was waited for so came, or was given up. */
  default void goesOn(Wait wait) {}

  /**
   * The candidate is seen well. From now on a clean shutdown of the machine does not count against
   * it.
   */
  default void well() {}

  /**
   * Asked again and again by a step that may take long, from whichever thread.
   *
   * @throws Fault when something else is to be done before it goes on
   */
  default void mayGoOn() throws Fault, InterruptedException {}
}

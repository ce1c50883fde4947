package io.fleetinstaller.host;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import java.util.Optional;

/**
 * What brings the old copy back when neither the candidate nor the daemon can. Armed before the
 * switch, disarmed by every end. Both are idempotent.
 */
public interface Guard {

  /**
   * Refuses when nothing would bring the old copy back. Arming again for the same upgrade changes
   * nothing; for another one it replaces what was armed.
   */
  void arm(String upgradeId, PackageName name, Optional<Slot> from, Optional<Slot> to)
      throws Fault, InterruptedException;

  void disarm(PackageName name) throws Fault, InterruptedException;

  /** What is armed for this package: the slots it names must not be pruned. */
  Optional<Armed> armed(PackageName name) throws Fault;
}

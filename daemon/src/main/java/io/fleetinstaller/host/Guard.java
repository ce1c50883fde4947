package io.fleetinstaller.host;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import java.util.Optional;

/**
 * What brings the old copy back when neither the candidate nor the daemon can. Armed before the
 * switch, disarmed by every end.
 */
public interface Guard {

  /**
   * Both methods are idempotent. The record of what is armed protects the slots it names from being
   * pruned.
   */
  void arm(String upgradeId, PackageName name, Optional<Slot> from, Optional<Slot> to)
      throws Fault, InterruptedException;

  void disarm(PackageName name) throws Fault, InterruptedException;
}

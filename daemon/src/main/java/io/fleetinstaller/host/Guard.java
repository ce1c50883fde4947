package io.fleetinstaller.host;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What brings the old copy back when neither the candidate nor the daemon can. Armed before the
 * switch, disarmed by every end. Every method may be called again.
 */
public interface Guard {
  /** Of its folder beside the packages; no package has such a name. */
  String FOLDER = ".guard";

  /**
   * Makes everything ready to bring the old copy back, then arms. Arming for another upgrade
   * replaces what was armed.
   *
   * @throws Fault when nothing would bring it back, or not for certain
   */
  void arm(Charge charge) throws Fault, InterruptedException;

  /** From now on the guard waits so long for the upgrade to be confirmed; shorter or longer. */
  void allow(PackageName name, Duration left) throws Fault, InterruptedException;

  /**
   * The candidate was seen well, or is given up: so after an orderly shutdown its trial goes on, or
   * does not, even if nobody can read the journal then.
   */
  void well(PackageName name, boolean well) throws Fault, InterruptedException;

  /**
   * The upgrade is about to be confirmed: from now on a journal that nobody can read says nothing
   * against that, and the guard leaves the candidate alone until somebody can.
   */
  void confirming(PackageName name) throws Fault, InterruptedException;

  /**
   * The candidate is no longer on trial: ends of its services are again the init system's to deal
   * with, from its next reload on. What is armed stays armed.
   */
  void trialOver(PackageName name) throws Fault, InterruptedException;

  /** From now on the guard leaves the package alone; waits while it is at work. */
  void disarm(PackageName name) throws Fault, InterruptedException;

  /** Lets the guard go back now, by what was made in advance; does not wait for it. */
  void goBack(PackageName name) throws Fault, InterruptedException;

  /** What is armed for this package: the slots it names must not be pruned. */
  Optional<Armed> armed(PackageName name) throws Fault;

  /** That the guard went back by itself, until it is disarmed. */
  Optional<Fired> fired(PackageName name) throws Fault;

  /** Keeps the guard still until it is closed; waits while the guard works. */
  Hold hold() throws Fault, InterruptedException;

  /** The guard acts for nobody while this is open. */
  interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * One upgrade for the guard to look after.
   *
   * @param journal where it reads whether the upgrade is confirmed
   * @param from the slot to go back to; empty for a first install
   * @param to the candidate's; empty for a removal
   * @param data what is to be brought back where a snapshot of it was taken
   */
  record Charge(
      String upgradeId,
      PackageName name,
      Path journal,
      Optional<Slot> from,
      Optional<Slot> to,
      List<Kept> data) {
    public Charge {
      data = List.copyOf(data);
    }

    /** Of an agent that keeps no data. */
    public Charge(
        String upgradeId, PackageName name, Path journal, Optional<Slot> from, Optional<Slot> to) {
      this(upgradeId, name, journal, from, to, List.of());
    }
  }
}

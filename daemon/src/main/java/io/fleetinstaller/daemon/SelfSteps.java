package io.fleetinstaller.daemon;

import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.ServiceState;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.upgrade.Progress;
import io.fleetinstaller.upgrade.Step;
import io.fleetinstaller.upgrade.Steps;
import io.fleetinstaller.upgrade.Upgrade;
import java.time.Duration;
import java.util.Optional;

/**
 * What is different where the package is the daemon itself. The candidate proves itself before the
 * switch, and a restart ends the very process that does the step: the one that comes after finds
 * the step done, since it is what was to be started.
 */
final class SelfSteps implements Steps {
  /** The unit that every release of the daemon brings. */
  static final String UNIT = PackageName.INSTALLER + ".service";

  /**
   * What the old daemon's end and the start of the candidate may take on trial, stage by stage;
   * once it watches itself, what is left of it counts no more.
   */
  private static final Duration TO_RESTART = Duration.ofSeconds(15);

  private final Steps steps;
  private final Slots slots;
  private final Host host;
  private final Rehearsal rehearsal;

  SelfSteps(Steps steps, Slots slots, Host host, Rehearsal rehearsal) {
    this.steps = steps;
    this.slots = slots;
    this.host = host;
    this.rehearsal = rehearsal;
  }

  @Override
  public void run(Step step, Upgrade upgrade, Progress progress)
      throws Fault, InterruptedException {
    if (upgrade.name().equals(PackageName.INSTALLER)) {
      self(step, upgrade, progress);
    } else {
      steps.run(step, upgrade, progress);
    }
  }

  @Override
  public void confirm(Upgrade upgrade, Confirmation line) throws Fault, InterruptedException {
    steps.confirm(upgrade, line);
  }

  @Override
  public Optional<Reason> takenBack(Upgrade upgrade) throws InterruptedException {
    return steps.takenBack(upgrade);
  }

  private void self(Step step, Upgrade upgrade, Progress progress)
      throws Fault, InterruptedException {
    switch (step) {
      case FETCH -> {
        requireWayBack(upgrade);
        steps.run(step, upgrade, progress);
      }
      case ARM -> {
        requireWayBack(upgrade);
        rehearsal.of(slot(upgrade.to()), progress);
        steps.run(step, upgrade, progress);
      }
      case RESTART -> {
        if (!isThisProcess(slot(upgrade.to()))) {
          // Nobody but the guard sees a candidate that never gets as far as watching itself.
          Duration deadline = slot(upgrade.to()).descriptor().health().deadline();
          host.guard().allow(upgrade.name(), deadline.plus(TO_RESTART));
          steps.run(step, upgrade, progress);
        }
      }
      case RESTART_OLD -> {
        if (!isThisProcess(slot(upgrade.from()))) {
          steps.run(step, upgrade, progress);
        }
      }
      case OBSERVE -> {
        host.ready();
        steps.run(step, upgrade, progress);
      }
      case UNPACK, SWITCH, CONFIRM, DISARM, PRUNE, SWITCH_BACK, OBSERVE_OLD, DISCARD ->
          steps.run(step, upgrade, progress);
    }
  }

  private void requireWayBack(Upgrade upgrade) throws Fault, InterruptedException {
    if (upgrade.to().isEmpty()) {
      throw new Refused(
          ReasonCode.NO_WAY_BACK,
          "cannot remove %s: it is the daemon that would have to do it; stop and disable %s by hand"
              .formatted(PackageName.INSTALLER, UNIT));
    }
    if (upgrade.from().isEmpty() || !isThisProcess(slot(upgrade.from()))) {
      throw new Refused(
          ReasonCode.NO_WAY_BACK,
          "cannot upgrade %s: this daemon is not run by %s from a slot of its own package, so nothing could bring it back; stop it and run fleet-installer setup"
              .formatted(PackageName.INSTALLER, UNIT));
    }
  }

  /** Whether the unit's main process is this very one, and runs from this slot. */
  private boolean isThisProcess(Slot slot) throws Fault, InterruptedException {
    ServiceState state = host.state(PackageName.INSTALLER, UNIT);
    long own = ProcessHandle.current().pid();
    return state.mainPid().orElse(-1) == own
        && state.executable().filter(file -> file.startsWith(slot.path())).isPresent();
  }

  private Slot slot(Optional<Release> release) throws Refused {
    return release
        .flatMap(wanted -> slots.whole(wanted.name(), wanted.digest()))
        .orElseThrow(() ->
            new Refused(
                ReasonCode.SLOT_DAMAGED,
                "cannot use a slot of %s: it is gone or was damaged; check the disk"
                    .formatted(PackageName.INSTALLER)));
  }
}

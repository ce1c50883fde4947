package io.fleetinstaller.report;

import io.fleetinstaller.desired.Hold;
import io.fleetinstaller.desired.LocalOverride;
import io.fleetinstaller.desired.Pin;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.upgrade.Outcome;
import io.fleetinstaller.upgrade.Step;
import io.fleetinstaller.upgrade.View;
import java.util.Optional;

/**
 * All there is to say about one package.
 *
 * @param desired empty when nobody says anything about it
 * @param outlook what comes next
 * @param upgrade the one that is open, if any
 * @param last how the last one ended
 * @param signed whether what is desired is chained to the trust root
 */
public record PackageStatus(
    PackageName name,
    Optional<Release> current,
    Optional<Release> previous,
    Optional<Desired> desired,
    Outlook outlook,
    Optional<View> upgrade,
    Optional<PastUpgrade> last,
    boolean signed,
    Optional<Hold> hold,
    Optional<LocalOverride> override,
    Optional<Pin> pin) {

  /** The one word that the table shows. */
  public enum State {
    OK,
    /** The next poll acts. */
    DUE,
    WAITING,
    HELD,
    UPGRADING,
    REVERTING,
    /** The way back failed: a person must act. */
    STUCK
  }

  public State state() {
    if (upgrade.isPresent()) {
      return goesBack(upgrade.get().step()) ? State.REVERTING : State.UPGRADING;
    }
    if (last.isPresent() && last.get().outcome() instanceof Outcome.Stuck) {
      return State.STUCK;
    }
    if (outlook.reason().code() == ReasonCode.HELD) {
      return State.HELD;
    }
    return switch (outlook.kind()) {
      case ACT -> State.DUE;
      case WAIT -> State.WAITING;
      case REST -> State.OK;
    };
  }

  private static boolean goesBack(Step step) {
    return switch (step) {
      case SWITCH_BACK, RESTART_OLD, OBSERVE_OLD, DISCARD -> true;
      case FETCH, UNPACK, ARM, SWITCH, RESTART, OBSERVE, CONFIRM, DISARM, PRUNE -> false;
    };
  }

  public Tree tree() {
    return new Tree()
        .put("package", name.value())
        .put("state", Nouns.word(state()))
        .put("current", current, Nouns::release)
        .put("previous", previous, Nouns::release)
        .put("desired", desired, Nouns::desired)
        .put("signed", signed)
        .put("outlook", outlook.tree())
        .put("upgrade", upgrade, Nouns::view)
        .put("last", last, PastUpgrade::tree)
        .put("hold", hold, Nouns::hold)
        .put("pin", pin, Nouns::pin)
        .put("override", override, Nouns::override);
  }
}

package io.fleetinstaller.report;

import io.fleetinstaller.desired.Hold;
import io.fleetinstaller.desired.LocalOverride;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
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
    Optional<OpenUpgrade> upgrade,
    Optional<PastUpgrade> last,
    boolean signed,
    Optional<Hold> hold,
    Optional<LocalOverride> override) {

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
      return upgrade.get().goesBack() ? State.REVERTING : State.UPGRADING;
    }
    if (last.isPresent() && last.get().end() == PastUpgrade.End.STUCK) {
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

  public Tree tree() {
    return new Tree()
        .put("package", name.value())
        .put("state", Nouns.word(state()))
        .put("current", current, Nouns::release)
        .put("previous", previous, Nouns::release)
        .put("desired", desired, Nouns::desired)
        .put("signed", signed)
        .put("outlook", outlook.tree())
        .put("upgrade", upgrade, OpenUpgrade::tree)
        .put("last", last, PastUpgrade::tree)
        .put("hold", hold, Nouns::hold)
        .put("override", override, Nouns::override);
  }
}

package io.fleetinstaller.api;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.report.Nouns;
import io.fleetinstaller.upgrade.Failure;
import io.fleetinstaller.upgrade.Outcome;
import java.util.Arrays;
import java.util.Optional;

/** How something that was asked for ended, and the exit code that says so to scripts. */
public enum Ending {
  DONE(0),
  /** This input, on this host, never. */
  REFUSED(2),
  /** May go away by itself. */
  TRANSIENT(3),
  /** A person must act. */
  BROKEN(4),
  BUG(70);

  private final int exitCode;

  Ending(int exitCode) {
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }

  public String text() {
    return Nouns.word(this);
  }

  public static Ending of(Fault fault) {
    if (fault.reason().code() == ReasonCode.BUG) {
      return BUG;
    }
    return switch (fault) {
      case Fault.Refused _ -> REFUSED;
      case Fault.Transient _ -> TRANSIENT;
      case Fault.Broken _ -> BROKEN;
    };
  }

  /**
   * Of an upgrade. One that went back because its release is not well is refused: asking again
   * gives the same.
   */
  public static Ending of(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Upgraded _ -> DONE;
      case Outcome.Reverted _ -> REFUSED;
      case Outcome.GivenUp(_, Failure.Kind kind) -> of(kind);
      case Outcome.Stuck _ -> BROKEN;
    };
  }

  private static Ending of(Failure.Kind kind) {
    return switch (kind) {
      case TRANSIENT -> TRANSIENT;
      case REFUSED -> REFUSED;
      case BROKEN -> BROKEN;
    };
  }

  /** The ending of this text; empty for one that a newer daemon may know. */
  public static Optional<Ending> parse(String text) {
    return Arrays.stream(values()).filter(ending -> ending.text().equals(text)).findFirst();
  }
}

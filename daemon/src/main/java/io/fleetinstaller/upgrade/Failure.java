package io.fleetinstaller.upgrade;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;

/**
 * Why a step failed, and whether trying again could help: a {@link Fault} as the journal has it.
 */
public record Failure(Kind kind, Reason reason) {

  /** What to do next: the subclasses of {@link Fault}. */
  public enum Kind {
    TRANSIENT,
    REFUSED,
    BROKEN
  }

  static Failure of(Fault fault) {
    Kind kind =
        switch (fault) {
          case Fault.Transient _ -> Kind.TRANSIENT;
          case Fault.Refused _ -> Kind.REFUSED;
          case Fault.Broken _ -> Kind.BROKEN;
        };
    return new Failure(kind, fault.reason());
  }
}

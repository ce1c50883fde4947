package io.fleetinstaller.health;

import io.fleetinstaller.release.ReasonCode;

/**
 * What one look at the services saw.
 *
 * @param code the reason, if this is what ends the trial
 * @param why in words; empty when there is nothing to say
 */
record Sight(Kind kind, ReasonCode code, String why) {
  static final Sight FINE = new Sight(Kind.FINE, ReasonCode.NOT_STABLE, "");

  /** From good to bad; of several services the worst counts. */
  enum Kind {
    FINE,
    /** The init system could not be asked. */
    BLIND,
    /** A person started it anew: what was seen before does not count. */
    ANEW,
    /** A person stopped it: there is nothing to watch until they start it again. */
    PAUSED,
    /** The trial is over. */
    GONE
  }

  Sight orWorse(Sight other) {
    return other.kind.compareTo(kind) > 0 ? other : this;
  }
}

package io.fleetinstaller.packaging.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** A run that is over, and what was seen of it. */
record Played(Run run, Facts facts, Notes notes) {
  /** At the end of its line when not all that was to go wrong did. */
  static final String MISSED = "; not all of it happened";

  /** Written during the run. Not thread-safe. */
  static final class Notes {
    private final long began;
    private final List<String> broken = new ArrayList<>();
    private OptionalLong powerOn = OptionalLong.empty();
    private boolean armed;
    private int handled;

    Notes(long began) {
      this.began = began;
    }

    long began() {
      return began;
    }

    List<String> broken() {
      return broken;
    }

    void powerOn(long nanos) {
      powerOn = OptionalLong.of(nanos);
    }

    void armed(boolean now) {
      armed |= now;
    }

    /** How many of the faults that happened are dealt with. */
    int handled() {
      return handled;
    }

    void handled(int faults) {
      handled = faults;
    }

    boolean hadPower() {
      return powerOn.isEmpty();
    }
  }

  List<String> broken() {
    return notes.broken();
  }

  String end() {
    return broken().isEmpty() ? facts.end() : "brick";
  }

  /** What of the run did happen: its strikes come one after the other. */
  Run happened() {
    int fired = Math.min(facts.all("fired").size(), run.strikes().size());
    return new Run(run.route(), run.strikes().subList(0, fired));
  }

  /** Whether all that was to go wrong did. */
  boolean fired() {
    return happened().equals(run);
  }

  /** What the laboratory says of it. */
  String line() {
    return "%s -> %s, silent for %.1f s%s"
        .formatted(run, end(), outage() / 1000.0, fired() ? "" : MISSED);
  }

  /** Whether what went wrong did so during a trial. */
  boolean onTrial() {
    return notes.armed;
  }

  /**
   * How long nothing served, in milliseconds, while the machine had power; 0 where nothing had to.
   */
  long outage() {
    if (!run.route().leavesACopy()) {
      return 0;
    }
    return facts.timeline().since(notes.began()).longestOutage();
  }

  /** The same with the wait for the guard's deadline, which no run sits out; in seconds. */
  long outageOfAHost() {
    return run.route().leavesACopy() ? facts.spared() + outage() / 1000 : 0;
  }

  /** From power-on to the first answer of the service, in milliseconds. */
  OptionalLong boot() {
    if (notes.powerOn.isEmpty()) {
      return OptionalLong.empty();
    }
    long on = notes.powerOn.getAsLong();
    return facts
        .timeline()
        .since(on)
        .firstServing()
        .map(at -> OptionalLong.of((at - on) / 1_000_000))
        .orElse(OptionalLong.empty());
  }
}

package io.fleetinstaller.upgrade;

import io.fleetinstaller.io.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Lets things go wrong at chosen effects, counted over all lives of the daemon. */
final class Mishaps {

  /** What goes wrong. */
  enum Mode {
    /** The daemon dies before the effect. */
    KILL,
    /** The machine dies in mid-effect: half an append is on disk; other effects are whole. */
    POWER_CUT,
    /** The effect fails, and has not happened. */
    ERROR,
    /** The effect reports failure, and has happened. */
    ERROR_BUT_DONE,
    /** The effect fails half-way; those that are atomic have happened. */
    ERROR_TORN,
    /** From this effect on, nothing that needs space works, for a while. */
    FULL,
    /** From this effect on no journal can be written, though what fails first is on disk. */
    DEAF
  }

  /** What an effect needs. */
  enum Need {
    NOTHING,
    SPACE,
    JOURNAL,
    JOURNAL_AND_SPACE;

    private boolean space() {
      return this == SPACE || this == JOURNAL_AND_SPACE;
    }

    private boolean journal() {
      return this == JOURNAL || this == JOURNAL_AND_SPACE;
    }
  }

  /** One mishap. */
  record Mishap(int effect, Mode mode) {}

  /** What the daemon does to the world, all at once or by halves. */
  interface Effect {
    void happen(boolean torn) throws IOException;
  }

  /** The end of a life of the daemon. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("killed", null, false, false);
    }
  }

  private static final Duration FULL_FOR = Duration.ofSeconds(90);

  /** Longer than all tries of the way back take. */
  private static final Duration DEAF_FOR = Duration.ofHours(2);

  private final Time time;
  private List<Mishap> mishaps;
  private Duration fullUntil = Duration.ZERO;
  private Duration deafUntil = Duration.ZERO;
  private int effects;
  private int boots = 1;
  private boolean dead;

  Mishaps(Time time, List<Mishap> mishaps) {
    this.time = time;
    this.mishaps = mishaps;
  }

  int effects() {
    return effects;
  }

  String boot() {
    return "boot-" + boots;
  }

  int boots() {
    return boots;
  }

  /** From here on nothing goes wrong. */
  void end() {
    mishaps = List.of();
  }

  void revive() {
    dead = false;
  }

  void effect(Need need, Effect effect) throws IOException {
    if (dead) {
      throw new Killed();
    }
    effects++;
    for (Mishap mishap : mishaps) {
      if (mishap.effect() == effects) {
        strike(mishap.mode(), need, effect);
      }
    }
    if (need.space() && time.elapsed().compareTo(fullUntil) < 0) {
      throw new IOException("No space left on device");
    }
    if (need.journal() && time.elapsed().compareTo(deafUntil) < 0) {
      throw new IOException("Read-only file system");
    }
    effect.happen(false);
  }

  private void strike(Mode mode, Need need, Effect effect) throws IOException {
    switch (mode) {
      case KILL -> {
        dead = true;
        // Whatever kept the daemon from its journals may well be gone when it comes again.
        deafUntil = Duration.ZERO;
        throw new Killed();
      }
      case POWER_CUT -> {
        dead = true;
        boots++;
        effect.happen(true);
        throw new Killed();
      }
      case ERROR -> throw new IOException("Input/output error");
      case ERROR_BUT_DONE -> {
        effect.happen(false);
        throw new IOException("Input/output error");
      }
      case ERROR_TORN -> {
        effect.happen(true);
        throw new IOException("Input/output error");
      }
      case FULL -> fullUntil = time.elapsed().plus(FULL_FOR);
      case DEAF -> {
        deafUntil = time.elapsed().plus(DEAF_FOR);
        if (need.journal()) {
          effect.happen(false);
        }
      }
    }
  }
}

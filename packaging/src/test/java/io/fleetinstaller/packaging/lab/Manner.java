package io.fleetinstaller.packaging.lab;

import java.util.Locale;

/** How an effect goes wrong. */
enum Manner {
  /** The daemon is killed with SIGKILL. */
  KILL,
  /** The same, and its launcher starts no JVM any more until somebody repairs it. */
  DIE,
  /** The daemon is stopped with SIGSTOP. */
  STOP,
  /** The effect waits, for as many milliseconds as its count says. */
  SLOW,
  /** This effect, and as many in all as its count says, fail with an I/O error. */
  EIO,
  /** The same on a full disk: only what needs room fails. */
  ENOSPC,
  /** The effect waits for ever, so that whoever reads the mark can cut the power here. */
  CUT,
  /** The same, on a machine whose launcher starts no JVM any more either. */
  CUT_DEAD;

  boolean leavesNoLauncher() {
    return this == DIE || this == CUT_DEAD;
  }

  /** Whether the effect itself is told that it failed. */
  boolean fails() {
    return this == EIO || this == ENOSPC;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Manner of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}

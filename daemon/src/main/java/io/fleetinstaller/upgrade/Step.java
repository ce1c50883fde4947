package io.fleetinstaller.upgrade;

/** One idempotent action of an upgrade. Begun again after any crash, it ends in the same state. */
public enum Step {
  /** Resolve the release, check everything that can be checked before a byte is stored. */
  FETCH,
  /** Stream the layers into a slot and make it durable, then valid. */
  UNPACK,
  /** Arm the guard and reserve what the way back needs. */
  ARM,
  /** Put the candidate's units in place and point {@code current} at it. */
  SWITCH,
  RESTART,
  /**
   * Watch the candidate until the gate decides. It fails unless {@code current} names the candidate
   * and what runs is the candidate: a way back that left no line in the journal is told by this.
   */
  OBSERVE,
  /** The point of no return: one line in the journal, nothing else. */
  CONFIRM,
  DISARM,
  /** Write {@code previous}, then remove what nobody needs. */
  PRUNE,
  SWITCH_BACK,
  RESTART_OLD,
  OBSERVE_OLD,
  /** Disarm the guard and remove the candidate that failed. */
  DISCARD
}

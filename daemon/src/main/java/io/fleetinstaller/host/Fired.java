package io.fleetinstaller.host;

/** The mark that the guard leaves when it has gone back. */
public record Fired(Armed armed, Why why) {

  /** What made it act. */
  public enum Why {
    /** A service of the candidate ended by itself. */
    FAILED,
    /** The upgrade was not confirmed in its time. */
    DEADLINE,
    /** The machine went down during the trial. */
    BOOT
  }
}

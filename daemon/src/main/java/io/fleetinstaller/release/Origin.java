package io.fleetinstaller.release;

/**
 * Who asked for something: shown to the end of the line.
 *
 * @param by a person's or document's name
 * @param note what they said about it; may be empty
 */
public record Origin(Kind kind, String by, String note) {

  /** Where a wish comes from. */
  public enum Kind {
    /** A desired file on this host. Unsigned. */
    FILE,
    /** A verb typed on this host, kept as a local override. */
    MANUAL,
    /** A signed deployment. */
    DEPLOYMENT,
    /** The host policy of installer.yaml. */
    SETTINGS
  }
}

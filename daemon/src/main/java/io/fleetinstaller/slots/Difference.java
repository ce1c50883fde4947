package io.fleetinstaller.slots;

/**
 * One way in which a slot is not what was unpacked.
 *
 * @param path in the slot
 * @param expected what the slot was made with; empty where nothing should be
 * @param found what is there; empty where nothing is
 */
public record Difference(String path, Kind kind, String expected, String found) {

  /** What differs. */
  public enum Kind {
    MISSING,
    EXTRA,
    TYPE,
    CONTENT,
    MODE,
    OWNER,
    LINK,
    ATTRIBUTE
  }

  /** Whether the slot may not work because of it: something is gone, or is something else. */
  public boolean breaksIt() {
    return switch (kind) {
      case MISSING, TYPE, CONTENT, LINK -> true;
      case EXTRA, MODE, OWNER, ATTRIBUTE -> false;
    };
  }

  @Override
  public String toString() {
    return switch (kind) {
      case MISSING -> path + " is missing";
      case EXTRA -> path + " does not belong there";
      case TYPE, CONTENT, MODE, OWNER, LINK, ATTRIBUTE ->
          "%s: %s is %s and should be %s"
              .formatted(path, kind.name().toLowerCase(java.util.Locale.ROOT), found, expected);
    };
  }
}

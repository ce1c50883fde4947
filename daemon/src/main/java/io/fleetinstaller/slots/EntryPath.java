package io.fleetinstaller.slots;

import io.fleetinstaller.release.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What names of entries may look like. Anything else has no place in a package. */
final class EntryPath {
  private static final int MOST_BYTES = 3000;
  private static final int MOST_NAME_BYTES = 255;
  private static final int MOST_DEPTH = 100;
  private static final String WHITEOUT = ".wh.";
  private static final Pattern WINDOWS_RESERVED =
      Pattern.compile("(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\\$|conout\\$)(\\..*)?");
  private static final Pattern WINDOWS_ILLEGAL = Pattern.compile("[<>:\"|?*]|[. ]$");

  private EntryPath() {}

  /** The names on the way to the entry: none for the slot itself, {@code ./}. */
  static List<String> parts(String name) throws Unsafe {
    if (name.isEmpty()) {
      throw new Unsafe("it has no name");
    }
    text(name);
    if (name.startsWith("/")) {
      throw new Unsafe("its name is absolute");
    }
    String rest = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    List<String> parts = new ArrayList<>(List.of(rest.split("/", -1)));
    while (!parts.isEmpty() && parts.getFirst().equals(".")) {
      parts.removeFirst();
    }
    for (String part : parts) {
      part(part);
    }
    if (parts.size() > MOST_DEPTH || bytes(name) > MOST_BYTES) {
      throw new Unsafe("its name is too long or too deep");
    }
    if (!parts.isEmpty() && parts.getFirst().toLowerCase(Locale.ROOT).equals(Layout.RESERVED)) {
      throw new Unsafe("the folder " + Layout.RESERVED + " is the installer's own");
    }
    return List.copyOf(parts);
  }

  /** What Windows could not write, or would write elsewhere. */
  static Optional<String> illegalOnWindows(List<String> parts) {
    return parts.stream()
        .filter(part ->
            WINDOWS_RESERVED.matcher(part).matches() || WINDOWS_ILLEGAL.matcher(part).find())
        .findFirst();
  }

  /** Letters that would lie about the name in a log, a list or a path of another system. */
  static void text(String name) throws Unsafe {
    for (int i = 0; i < name.length(); i++) {
      char letter = name.charAt(i);
      if (letter < 0x20 || letter == 0x7f) {
        throw new Unsafe("it contains a control character");
      }
      if (letter == '\\') {
        throw new Unsafe("it contains a backslash");
      }
    }
  }

  private static void part(String part) throws Unsafe {
    if (part.equals("..")) {
      throw new Unsafe("its name leads out through ..");
    }
    if (part.isEmpty() || part.equals(".")) {
      throw new Unsafe("its name has an empty part");
    }
    if (part.startsWith(WHITEOUT)) {
      throw new Unsafe("it is a whiteout; make the package from one plain directory");
    }
    if (bytes(part) > MOST_NAME_BYTES) {
      throw new Unsafe("its name is too long or too deep");
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Why an entry is refused; whoever unpacks knows which, and of what. */
  static final class Unsafe extends Exception {
    private static final long serialVersionUID = 1L;

    private final ReasonCode code;
    private final String why;

    Unsafe(String why) {
      this(ReasonCode.UNSAFE_ENTRY, why);
    }

    Unsafe(ReasonCode code, String why) {
      super(why);
      this.code = code;
      this.why = why;
    }

    ReasonCode code() {
      return code;
    }

    String why() {
      return why;
    }
  }
}

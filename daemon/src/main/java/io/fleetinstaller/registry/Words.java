package io.fleetinstaller.registry;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What single words of a descriptor may look like. Each reader gives its text back or says with an
 * {@link IllegalArgumentException} what is allowed.
 */
final class Words {
  private static final Pattern PLATFORM = Pattern.compile("[a-z0-9_.-]{1,32}");
  private static final Pattern SERVICE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9:_.@-]{0,127}");
  private static final Pattern USER = Pattern.compile("[a-z_][a-z0-9_-]{0,31}");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern MODE = Pattern.compile("0[0-7]{3}");
  private static final Pattern UNPRINTABLE = Pattern.compile(".*\\p{Cntrl}.*", Pattern.DOTALL);

  private Words() {}

  static String platformWord(String text) {
    return matching(PLATFORM, text, "a word of a platform; use a-z 0-9 _ . -");
  }

  static String serviceName(String text) {
    return matching(SERVICE, text, "a service's name; use letters, digits and : _ . @ -");
  }

  static String user(String text) {
    return matching(USER, text, "a user's name; use a-z 0-9 _ - and begin with a letter or _");
  }

  static boolean isVariable(String text) {
    return VARIABLE.matcher(text).matches();
  }

  static String mode(String text) {
    return matching(MODE, text, "a mode; write four octal digits without special bits, as 0644");
  }

  /** A path inside the slot. */
  static String slotPath(String text) {
    if (text.startsWith("/") || !clean(text)) {
      throw new IllegalArgumentException(
          "'%s' is not a path inside the package; it must be relative, without . and .. and \\"
              .formatted(text));
    }
    return text;
  }

  /** An absolute path on the host. */
  static String hostPath(String text) {
    if (!text.startsWith("/") || !clean(text.substring(1))) {
      throw new IllegalArgumentException(
          "'%s' is not a path on the host; it must be absolute, without . and .. and \\"
              .formatted(text));
    }
    return text;
  }

  /** An absolute path on the host whose name is the same in every locale. */
  static String asciiPath(String text) {
    if (!text.chars().allMatch(letter -> letter < 0x80)) {
      throw new IllegalArgumentException("'%s' must be in ASCII letters".formatted(text));
    }
    return hostPath(text);
  }

  private static boolean clean(String path) {
    return !path.contains("\\")
        && !UNPRINTABLE.matcher(path).matches()
        && List.of(path.split("/", -1)).stream()
            .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
  }

  private static String matching(Pattern pattern, String text, String what) {
    if (!pattern.matcher(text).matches()) {
      throw new IllegalArgumentException("'%s' is not %s".formatted(text, what));
    }
    return text;
  }
}

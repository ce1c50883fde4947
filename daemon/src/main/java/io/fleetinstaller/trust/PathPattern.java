package io.fleetinstaller.trust;

/** Shell-style patterns of paths: neither {@code *} nor {@code ?} ever matches a slash. */
final class PathPattern {

  private PathPattern() {}

  static boolean matches(String pattern, String path) {
    String[] patterns = pattern.split("/", -1);
    String[] parts = path.split("/", -1);
    return patterns.length == parts.length && matches(patterns, parts, parts.length);
  }

  /** Whether a path below this folder, which is empty or ends in a slash, may match. */
  static boolean reaches(String pattern, String folder) {
    String[] patterns = pattern.split("/", -1);
    String[] parts = folder.split("/", -1);
    return patterns.length >= parts.length && matches(patterns, parts, parts.length - 1);
  }

  private static boolean matches(String[] patterns, String[] parts, int most) {
    for (int i = 0; i < most; i++) {
      if (!matches(patterns[i].codePoints().toArray(), parts[i].codePoints().toArray())) {
        return false;
      }
    }
    return true;
  }

  /** Goes back to the last star only, so that no pattern takes more than product of the lengths. */
  private static boolean matches(int[] pattern, int[] text) {
    int at = 0;
    int star = -1;
    int behindStar = 0;
    int i = 0;
    while (i < text.length) {
      if (at < pattern.length && pattern[at] == '*') {
        star = at++;
        behindStar = i;
      } else if (at < pattern.length && (pattern[at] == '?' || pattern[at] == text[i])) {
        at++;
        i++;
      } else if (star >= 0) {
        at = star + 1;
        i = ++behindStar;
      } else {
        return false;
      }
    }
    while (at < pattern.length && pattern[at] == '*') {
      at++;
    }
    return at == pattern.length;
  }
}

package io.fleetinstaller.desired;

import java.util.regex.Pattern;

/**
 * A pattern for names: {@code *} stands for any letters, {@code ?} for one; upper and lower case
 * are the same.
 */
public record Glob(String text) {
  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9._*?-]{1,255}");

  public Glob {
    if (!LEGAL.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "'%s' is not a name pattern; use 1 to 255 of A-Z a-z 0-9 . _ - * ?".formatted(text));
    }
  }

  /** Whether it matches, in time proportional to both lengths whatever the pattern is. */
  public boolean matches(String name) {
    int at = 0;
    int star = -1;
    int resume = 0;
    int i = 0;
    while (i < name.length()) {
      if (at < text.length() && text.charAt(at) == '*') {
        star = at++;
        resume = i;
      } else if (at < text.length() && same(text.charAt(at), name.charAt(i))) {
        at++;
        i++;
      } else if (star >= 0) {
        at = star + 1;
        i = ++resume;
      } else {
        return false;
      }
    }
    return text.substring(at).chars().allMatch(letter -> letter == '*');
  }

  private static boolean same(char pattern, char letter) {
    return pattern == '?' || Character.toLowerCase(pattern) == Character.toLowerCase(letter);
  }

  @Override
  public String toString() {
    return text;
  }
}

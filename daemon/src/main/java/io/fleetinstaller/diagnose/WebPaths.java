package io.fleetinstaller.diagnose;

import java.util.Arrays;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hides in the path of a web address what looks like a token: many who take data in tell by it who
 * brings them. Names, versions and digests are told.
 */
final class WebPaths {
  private static final Pattern ADDRESS = Pattern.compile("(?i)https?://[^\\s\"'<>\\\\]+");

  /** What stands between two slashes; after it may come what ends a sentence, but no tag. */
  private static final Pattern SEGMENT =
      Pattern.compile("(?<=[^/]/)(?<!/sha256/)[\\w~%+=-]{16,}+(?=[/?#,;)\\]}]|[.:]?$)");

  private static final Pattern MIXED =
      Pattern.compile("(?=[a-zA-Z]*\\d)(?=\\d*[a-zA-Z])[0-9a-zA-Z]{7,}");

  /** As {@code debian12} and {@code 2026nightly} no more than a name. */
  private static final Pattern NUMBERED =
      Pattern.compile("[a-zA-Z]{1,10}\\d{1,4}|\\d{1,8}[a-zA-Z]{1,7}");

  private WebPaths() {}

  static String hide(String line) {
    return ADDRESS.matcher(line).replaceAll(found -> Matcher.quoteReplacement(address(found)));
  }

  private static String address(MatchResult found) {
    return SEGMENT
        .matcher(found.group())
        .replaceAll(segment ->
            Matcher.quoteReplacement(isToken(segment.group()) ? Secrets.MARK : segment.group()));
  }

  private static boolean isToken(String segment) {
    return Arrays.stream(segment.split("[^0-9a-zA-Z]"))
        .anyMatch(part -> MIXED.matcher(part).matches() && !NUMBERED.matcher(part).matches());
  }
}

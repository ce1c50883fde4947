package io.fleetinstaller.diagnose;

import io.fleetinstaller.io.Redactor;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a secret looks like in one line. No pattern may look at a place of the line more than a
 * fixed number of times: lines are made by whoever likes to.
 */
final class Secrets {
  static final String MARK = "[redacted]";
  private static final int LONGEST_LINE = 16 * 1024;

  private static final String WORD =
      "(?:pass(?!ed|es\\b|ing)|pwd|secret|token|credential|authorization|cookie"
          + "|community"
          + "|(?:access|account|api|app|auth|client|encrypt(?:ion)?|licen[cs]e|master|private|service"
          + "|session|shared|signing|storage|subscription)[_-]?key)";

  private static final Pattern SECRET_KEY = Pattern.compile("(?i)" + WORD + "|auth");

  /** To the quote that began it, however often that is escaped; else as far as it may go. */
  private static final String VALUE =
      "(?:(\\\\{0,8}[\"'])(?:.*?(?<!\\\\)\\2(?![\\w\"'])|.*)|[\\[{].*|(?<=\\s).*|\\S+)";

  private static final List<Pattern> PATTERNS =
      List.of(
          // password=abc, "api_key": "abc def", \"token\":[1,2], secret: all of the line
          Pattern.compile(
              "(?i)((?:"
                  + WORD
                  + "[\\w.-]{0,32}|\\bauth)\\\\{0,8}[\"']?\\s{0,4}[:=]>?\\s{0,4})"
                  + VALUE),
          // --pass abc
          Pattern.compile(
              "(?i)((?<![\\w-])--?[\\w-]{0,32}?(?:" + WORD + "|key)[\\w-]{0,16}\\s{1,4})\\S+"),
          // -u joe:abc
          Pattern.compile("((?<![\\w-])(?:-[uU]|--(?:proxy-)?user)[\\s=]{0,4})[^\\s:]{1,256}:\\S+"),
          // joe:abc@host, //joe:abc@host, joe:abc@tcp(host:1); but no release, agent:1.9@sha256:…
          Pattern.compile("((?<![\\w.-])[\\w.-]{1,64}:)[^\\s@/:\"']{1,256}(?=@(?!sha256:))"),
          Pattern.compile("((?<!:)//[^\\s@/:]{1,64}:)[^\\s@]{1,256}(?=@(?!sha256:))"),
          // ?sig=abc, &X-Amz-Signature=abc: whatever a query asks with
          Pattern.compile("([?&][\\w.~-]{1,64}=)[^&\\s\"'<>]+"),
          Pattern.compile("(hooks\\.slack\\.com/services/)\\S+"),
          Pattern.compile(
              "()\\b(?:gh[opusr]_\\w{16,}|github_pat_\\w{16,}|xox[a-z]-[\\w-]{10,}|glpat-[\\w-]{16,}"
                  + "|AIza[\\w-]{30,}|[rs]k_(?:live|test)_\\w{10,})"),
          // An API key of 32 or an application key of 40 digits; digests are longer.
          Pattern.compile("()(?<![0-9A-Za-z])(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40})(?![0-9A-Za-z])"));

  private Secrets() {}

  /** Whether what stands under this key is never told, whatever it looks like. */
  static boolean isKey(String key) {
    return SECRET_KEY.matcher(key).find();
  }

  /** The same line without secrets; the end of one that is too long is left out. */
  static String hide(String line) {
    String clean = login(line.substring(0, Math.min(line.length(), LONGEST_LINE)));
    for (Pattern pattern : PATTERNS) {
      clean = pattern.matcher(clean).replaceAll("$1[redacted]");
    }
    // What was escaped, as in a line of JSON inside a line of JSON, hides where a value begins.
    clean = Redactor.redact(clean.replace("\\\"", "\""));
    return line.length() <= LONGEST_LINE ? clean : clean + "…";
  }

  /** Whoever has an @ or a blank in a password has it in the address of a proxy, too. */
  private static String login(String line) {
    int begin = line.indexOf("://");
    int end = line.lastIndexOf('@');
    while (end > begin && line.startsWith("sha256:", end + 1)) {
      end = line.lastIndexOf('@', end - 1);
    }
    return begin < 0 || end < begin
        ? line
        : line.substring(0, begin + "://".length()) + MARK + line.substring(end);
  }
}

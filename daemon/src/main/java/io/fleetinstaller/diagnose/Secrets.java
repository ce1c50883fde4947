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
          + "|community|session[_-]?id|(?<!bad[ -])signature"
          + "|(?<=[A-Za-z0-9])(?<!foreign|partition|primary|public|sort|unique)_key(?!s)"
          + "|(?:access|account|api|app|auth|client|encrypt(?:ion)?|licen[cs]e|master|private|service"
          + "|session|shared|signing|storage|subscription)[_-]?key)";

  /** Too short to be looked for within others. */
  private static final String SHORT = "(?<![A-Za-z0-9])(?:pw|psk|otp)(?![A-Za-z])";

  private static final Pattern SECRET_KEY = Pattern.compile("(?i)" + WORD + "|auth|" + SHORT);

  /** To the quote that began it, however often that is escaped. */
  private static final String QUOTED = "(\\\\{0,8}[\"'])(?:.*?(?<!\\\\)\\2(?![\\w\"'])|.*)";

  /** As far as it may go where no quote says where it ends. */
  private static final String VALUE = "(?:" + QUOTED + "|[\\[{].*|(?<=\\s).*|\\S+)";

  /** Tokens that say whose they are. */
  private static final String KNOWN =
      "gh[opusr]_\\w{16,}|github_pat_\\w{16,}|xox[a-z]-[\\w-]{10,}|xapp-[\\w-]{10,}"
          + "|gl(?:pat|rt|dt|ptt|cbt|ft|soat|imt|agent|oas)-[\\w-]{16,}"
          + "|AIza[\\w-]{30,}|ya29\\.[\\w-]{10,}|[rs]k_(?:live|test)_\\w{10,}|whsec_\\w{10,}"
          + "|sk-(?:ant|proj|svcacct|admin)-[\\w-]{6,}|sk-[A-Za-z0-9]{20,}"
          + "|(?:npm|hf|shp[a-z]{2}|do[opr]_v1|dckr_[op]at|sntry[su]|lin_api)_[A-Za-z0-9]{10,}[\\w=-]*"
          + "|SG\\.[\\w-]{6,}\\.[\\w-]{6,}|hv[sbr]\\.[\\w.-]{8,}|pypi-AgE[\\w-]{16,}|dapi[0-9a-f]{32}"
          + "|NR(?:AK|JS|II)-[\\w-]{10,}|ATATT[\\w=-]{16,}|AGE-SECRET-KEY-\\w{8,}";

  private static final List<Pattern> PATTERNS =
      List.of(
          // password=abc, "api_key": "abc def", \"token\":[1,2], secret: all of the line
          Pattern.compile(
              "(?i)((?:"
                  + WORD
                  + "[\\w.-]{0,32}|\\bauth|"
                  + SHORT
                  + "\\d?)\\\\{0,8}[\"']?\\s{0,4}[:=]>?\\s{0,4})"
                  + VALUE),
          // --pass abc
          Pattern.compile(
              "(?i)((?<![\\w-])--?[\\w-]{0,32}?(?:"
                  + WORD
                  + "|key|"
                  + SHORT
                  + ")[\\w-]{0,16}\\s{1,4})(?:"
                  + QUOTED
                  + "|\\S+)"),
          // -u joe:abc
          Pattern.compile("((?<![\\w-])(?:-[uU]|--(?:proxy-)?user)[\\s=]{0,4})[^\\s:]{1,256}:\\S+"),
          // sshpass -p abc; and a line of .pgpass, host:5432:base:joe:abc
          Pattern.compile("(\\bsshpass\\s{1,4}-p\\s{0,4})(?:" + QUOTED + "|\\S+)"),
          Pattern.compile("(^[\\w.*-]{1,256}:(?:\\d{1,5}|\\*):[^\\s:]{1,64}:[^\\s:]{1,64}:)\\S.*$"),
          // joe:abc@host, //joe:abc@host, joe:abc@tcp(host:1); but no release, agent:1.9@sha256:…
          Pattern.compile("((?<![\\w.-])[\\w.-]{1,64}:)[^\\s@/:\"']{1,256}(?=@(?!sha256:))"),
          Pattern.compile("((?<!:)//[^\\s@/:]{1,64}:)[^\\s@]{1,256}(?=@(?!sha256:))"),
          // ?sig=abc, &X-Amz-Signature=abc: whatever a query asks with
          Pattern.compile("([?&][\\w.~-]{1,64}=)[^&\\s\"'<>]+"),
          // PIN: 1234; but no release that is pinned, pin: 1.9.0
          Pattern.compile(
              "(?i)((?<![A-Za-z0-9])pin\\\\{0,8}[\"']?\\s{0,4}[:=]\\s{0,4}\\\\{0,8}[\"']?)"
                  + "(?!\\d+\\.|sha256:)\\w{4,64}"),
          // identified by 'abc', with password 'abc', PSK "abc"
          Pattern.compile(
              "(?i)(\\bidentified\\s{1,4}(?:with\\s{1,4}\\S{1,64}\\s{1,4})?(?:by|as)\\s{1,4}"
                  + "(?:password\\s{1,4})?)(?:"
                  + QUOTED
                  + "|\\S+)"),
          Pattern.compile(
              "(?i)(\\b(?:password|passwd|passphrase|psk|secret|(?<!unexpected )token)[\"']?,?\\s{1,4}(?:is\\s{1,4})?)"
                  + QUOTED),
          // Whoever knows such an address may write there.
          Pattern.compile(
              "((?:hooks\\.slack\\.com/[a-z]{1,16}|discord(?:app)?\\.com/api(?:/v\\d{1,2})?/webhooks"
                  + "|webhook\\.office\\.com|/IncomingWebhook)/)[^\\s\"'<>]+"),
          Pattern.compile("(api\\.telegram\\.org/(?:file/)?bot)[^\\s/\"'<>]+"),
          Pattern.compile("()\\b(?:" + KNOWN + ")"),
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
    clean = WebPaths.hide(clean);
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

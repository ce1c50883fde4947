package io.fleetinstaller.io;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Takes secrets and terminal escapes out of text that comes from outside, when it is captured: what
 * was never kept cannot leak later. It knows the usual forms of credentials, not all of them.
 */
public final class Redactor {
  private static final int LONGEST_LINE = 512;
  private static final int LONGEST_READ = 4096;
  private static final String MARK = "[redacted]";
  private static final String SECRET_WORD =
      "(?:password|passwd|passphrase|pwd|secret|token|credentials?|(?:api|app|access|private)[_-]?key)";

  private static final List<Rule> RULES =
      List.of(
          // Authorization: Bearer abc, "Cookie": "a=b; c=d"
          new Rule(
              "(?i)((?:authorization|cookie|api-key)[\"']?\\s{0,4}[:=]\\s{0,4}[\"']?)[^\"'\\r\\n]+",
              "$1" + MARK),
          // password=abc, "api_key": "abc def", DD_API_KEY: abc
          new Rule(
              "(?i)("
                  + SECRET_WORD
                  + "\\w{0,16}[\"']?\\s{0,4}[:=]>?\\s{0,4})"
                  + "(?:\"[^\"]*+\"?|'[^']*+'?|[^\\s,;&\"']++)",
              "$1" + MARK),
          // --api-key abc
          new Rule(
              "(?i)((?<![\\w-])--?[\\w-]{0,32}" + SECRET_WORD + "\\s{1,4})[^\\s-]\\S*",
              "$1" + MARK),
          // <password>abc</password>
          new Rule(
              "(?i)(<[\\w.:-]{0,32}" + SECRET_WORD + "[\\w.-]{0,16}>)[^<]+(?=</)", "$1" + MARK),
          // <add key="password" value="abc"/>
          new Rule(
              "(?i)(\\b(?:key|name)=([\"'])[\\w.:-]{0,32}"
                  + SECRET_WORD
                  + "[\\w.-]{0,16}\\2\\s{1,4}value=[\"'])[^\"']+",
              "$1" + MARK),
          // {"name": "DB_PASSWORD", "value": "abc"}
          new Rule(
              "(?i)(\\bname[\"']?\\s{0,4}:\\s{0,4}[\"']?[\\w.-]{0,32}"
                  + SECRET_WORD
                  + "[\\w.-]{0,16}[\"']?\\s{0,4},\\s{0,4}[\"']?\\s{0,16}value[\"']?\\s{0,4}:\\s{0,4})"
                  + "(?:\"[^\"]*+\"?|'[^']*+'?|[^\\s,;&\"'}]++)",
              "$1" + MARK),
          // machine host login bob password abc
          new Rule(
              "(?i)(\\b(?:machine\\s{1,4}\\S{1,256}|default)\\s{1,4}login\\s{1,4}\\S{1,256}\\s{1,4}password\\s{1,4})\\S+",
              "$1" + MARK),
          // mysql -u root -pabc
          new Rule(
              "(\\b(?:mysql|mariadb)[\\w-]{0,16}\\s(?:.{0,200}?\\s)?-p)[^\\s-]\\S*", "$1" + MARK),
          // https://user:password@host
          new Rule("(://)[^/\\s@]{1,512}@", "$1" + MARK + "@"),
          new Rule("(?i)\\b(bearer|basic)\\s+[\\w.~+/=-]{8,}", "$1 " + MARK),
          // From the beginning of a word, so that no place is looked at twice.
          new Rule("(?<![\\w-])(?>[\\w-]*?eyJ)[\\w-]{8,}+\\.[\\w-]++\\.[\\w-]*+", MARK),
          new Rule("\\bA(?:KIA|SIA)[0-9A-Z]{16}\\b", MARK),
          new Rule("-----BEGIN [A-Z ]*PRIVATE KEY-----.*", MARK));

  /** Whoever has a slash in a password has it in an address, too. */
  private static final Pattern LOGIN = Pattern.compile("(://)[^\\s@'\"]{1,512}@(?!sha256:)");

  private static final Pattern QUERY = Pattern.compile("(://[^?#'\";]{1,2048}+[?#])[^\\s'\"]+");

  private static final Pattern KEY_BEGINS = Pattern.compile("-----BEGIN [A-Z0-9 ]*PRIVATE KEY");
  private static final Pattern KEY_ENDS = Pattern.compile("-----END [A-Z0-9 ]*PRIVATE KEY");

  /** What is set in two lines, by its name. */
  private static final Pattern NAME =
      Pattern.compile(
          "(?i)^\\s*(?:- )?[\"']?name[\"']?\\s*:\\s*[\"']?[\\w.-]{0,64}"
              + SECRET_WORD
              + "[\\w.-]{0,16}[\"']?,?\\s*$");

  private static final Pattern VALUE = Pattern.compile("^(\\s*[\"']?value[\"']?\\s*:\\s*).+");

  /** Of a terminal: colours, and the like (ECMA-48, section 5.4). */
  private static final Pattern ESCAPE = Pattern.compile("\\x1b\\[[0-?]{0,64}[ -/]{0,8}[@-~]");

  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029]+");

  private Redactor() {}

  /** One line of evidence: no secrets, no control characters, at most 512 characters. */
  public static String line(String text) {
    String plain = plain(text.substring(0, Math.min(text.length(), LONGEST_READ)));
    String redacted = redact(plain);
    String flat = CONTROL.matcher(redacted).replaceAll(" ").strip();
    return flat.length() <= LONGEST_LINE ? flat : flat.substring(0, LONGEST_LINE - 1) + "…";
  }

  /**
   * Several lines that follow one another, of which a key may take more than one: all that is known
   * to lie between its ends goes.
   */
  public static List<String> lines(List<String> texts) {
    List<String> clean = new ArrayList<>();
    boolean inKey = false;
    boolean named = false;
    for (String text : texts) {
      boolean begins = KEY_BEGINS.matcher(text).find();
      boolean ends = KEY_ENDS.matcher(text).find();
      if (ends && !begins && !inKey) {
        clean.clear();
      }
      if (begins || ends) {
        clean.add(MARK);
      } else if (!inKey) {
        clean.add(line(named ? VALUE.matcher(text).replaceFirst("$1" + MARK) : text));
      }
      named = NAME.matcher(text).find();
      inKey = (inKey || begins) && !ends;
    }
    return clean;
  }

  /** Without the escapes of a terminal, between which nobody finds a secret. */
  public static String plain(String text) {
    return ESCAPE.matcher(text).replaceAll("");
  }

  /** The same text without secrets. */
  public static String redact(String text) {
    String redacted = text;
    for (Rule rule : RULES) {
      redacted = rule.pattern().matcher(redacted).replaceAll(rule.replacement());
    }
    return redacted;
  }

  /** The same for a setting that is refused: its address is told without what it asks with. */
  public static String setting(String text) {
    String redacted = LOGIN.matcher(redact(text)).replaceAll("$1" + MARK + "@");
    return QUERY.matcher(redacted).replaceAll("$1" + MARK);
  }

  private record Rule(Pattern pattern, String replacement) {
    Rule(String regex, String replacement) {
      this(Pattern.compile(regex), replacement);
    }
  }
}

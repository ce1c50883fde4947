package io.fleetinstaller.diagnose;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.io.Redactor;
import io.fleetinstaller.release.Fault.Refused;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets out of whole files. It is stricter than {@link Redactor}: what leaves the host is
 * read by strangers, and a word too few does less harm than one too many.
 */
final class Scrubber {
  private static final String MARK = "[redacted]";
  private static final int LONGEST_LINE = 16 * 1024;
  private static final int LARGEST_DOCUMENT = 8 << 20;

  /** Keys whose value is never told, whatever it looks like. */
  private static final Pattern SECRET_KEY =
      Pattern.compile("(?i).*(password|passwd|secret|token|credential|apikey|api_key|auth).*");

  /** Values of the environment, and what systemd hands to a service. */
  private static final Pattern ENVIRONMENT =
      Pattern.compile("(?m)^(\\s*(?:Environment|SetCredential|SetCredentialEncrypted)=).*$");

  private static final Pattern NAME = Pattern.compile("([A-Za-z_][A-Za-z0-9_.-]*)[=:]");

  private static final Pattern KEY_BEGINS = Pattern.compile("-----BEGIN [A-Z0-9 ]*PRIVATE KEY");
  private static final Pattern KEY_ENDS = Pattern.compile("-----END [A-Z0-9 ]*PRIVATE KEY");

  private static final List<Pattern> WORDS =
      List.of(
          // ?sig=abc, &X-Amz-Signature=abc: whatever a query asks with
          Pattern.compile("([?&][\\w.~-]{1,64}=)[^&\\s\"'<>]+"),
          Pattern.compile(
              "(?i)(\"(?:auth|identitytoken|registrytoken)\"\\s{0,4}:\\s{0,4}\")[^\"]*"),
          Pattern.compile("()\\bgh[opusr]_\\w{16,}|\\bgithub_pat_\\w{16,}|\\bxox[a-z]-[\\w-]{10,}"),
          // An API key of 32 or an application key of 40 digits; digests are longer.
          Pattern.compile("()(?<![0-9A-Za-z])(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40})(?![0-9A-Za-z])"));

  private Scrubber() {}

  static String scrub(String name, String text) {
    if (name.endsWith(".json")) {
      try {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Document document = Document.json(name, bytes, LARGEST_DOCUMENT);
        return Json.pretty(tree(document.tree())) + "\n";
      } catch (Refused damaged) {
        return lines(text);
      }
    }
    return lines(text);
  }

  private static String lines(String text) {
    List<String> clean = new ArrayList<>();
    boolean inKey = false;
    for (String line : ENVIRONMENT.matcher(text).replaceAll(Scrubber::names).split("\n", -1)) {
      if (KEY_BEGINS.matcher(line).find()) {
        inKey = !KEY_ENDS.matcher(line).find();
        clean.add(MARK);
      } else if (inKey) {
        inKey = !KEY_ENDS.matcher(line).find();
      } else {
        clean.add(line(line));
      }
    }
    return String.join("\n", clean);
  }

  /** The names of the variables that are set, without their values. */
  private static String names(java.util.regex.MatchResult found) {
    String assignment = found.group(1);
    var names = NAME.matcher(found.group().substring(assignment.length()));
    StringBuilder kept = new StringBuilder(assignment);
    while (names.find()) {
      kept.append(names.group(1)).append("=").append(MARK).append(' ');
    }
    return java.util.regex.Matcher.quoteReplacement(kept.toString().stripTrailing());
  }

  private static String line(String line) {
    // What was escaped, as in a line of JSON inside a line of JSON, hides where a value begins.
    String plain = line.substring(0, Math.min(line.length(), LONGEST_LINE)).replace("\\\"", "\"");
    String clean = Redactor.redact(plain);
    for (Pattern word : WORDS) {
      clean = word.matcher(clean).replaceAll("$1[redacted]");
    }
    return line.length() <= LONGEST_LINE ? clean : clean + "…";
  }

  private static @Nullable Object tree(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> clean = new LinkedHashMap<>();
        map.forEach((key, inner) -> {
          String name = line(String.valueOf(key));
          boolean secret = inner instanceof String && SECRET_KEY.matcher(name).matches();
          clean.put(name, secret ? MARK : tree(inner));
        });
        yield clean;
      }
      case List<?> items -> items.stream().map(Scrubber::tree).toList();
      case String text -> lines(text);
      case Object other -> other;
    };
  }
}

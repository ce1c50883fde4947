package io.fleetinstaller.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a registry wants to see before it answers: one scheme of a WWW-Authenticate header. */
record Challenge(String scheme, Map<String, String> parameters) {
  private static final int LONGEST = 8 << 10;
  private static final Pattern SCHEME =
      Pattern.compile("\\G[\\s,]*([A-Za-z][A-Za-z0-9-]*)(?=\\s|,|$)");
  private static final Pattern PARAMETER =
      Pattern.compile(
          "\\G[\\s,]*([A-Za-z_]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s,\"]+))");

  /** The challenge of this scheme in any of the headers. */
  static Optional<Challenge> of(String scheme, List<String> headers) {
    return headers.stream()
        .filter(header -> header.length() <= LONGEST)
        .flatMap(header -> parse(header).stream())
        .filter(challenge -> challenge.scheme().equals(scheme))
        .findFirst();
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(parameters.get(name));
  }

  // One header may hold several challenges: "Basic realm=x, Bearer realm=y,service=z".
  private static List<Challenge> parse(String header) {
    List<Challenge> challenges = new java.util.ArrayList<>();
    int at = 0;
    Matcher scheme = SCHEME.matcher(header);
    while (scheme.find(at)) {
      at = scheme.end();
      Map<String, String> parameters = new LinkedHashMap<>();
      Matcher parameter = PARAMETER.matcher(header);
      while (parameter.find(at)) {
        at = parameter.end();
        parameters.put(parameter.group(1).toLowerCase(Locale.ROOT), value(parameter));
      }
      challenges.add(new Challenge(scheme.group(1).toLowerCase(Locale.ROOT), parameters));
    }
    return challenges;
  }

  private static String value(Matcher parameter) {
    String quoted = parameter.group(2);
    return quoted == null ? parameter.group(3) : quoted.replaceAll("\\\\(.)", "$1");
  }
}

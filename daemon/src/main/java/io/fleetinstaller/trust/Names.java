package io.fleetinstaller.trust;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** How roles and targets are called in a repository. */
final class Names {
  private static final String PLAIN = "-._~";

  private Names() {}

  /** Percent-quoted, so that the name of a role can neither leave a folder nor mean anything. */
  static String quoted(String name) {
    StringBuilder quoted = new StringBuilder();
    for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
      char letter = (char) (each & 0xff);
      boolean plain =
          letter < 0x80 && (Character.isLetterOrDigit(letter) || PLAIN.indexOf(letter) >= 0);
      quoted.append(plain ? String.valueOf(letter) : "%%%02X".formatted((int) letter));
    }
    return quoted.toString();
  }

  static String metadata(String role, long version, boolean consistent) {
    return "metadata/" + (consistent ? version + "." : "") + quoted(role) + ".json";
  }

  /** Where a target lies; in a consistent repository its name begins with one of its hashes. */
  static String target(TargetFile file, boolean consistent) {
    int name = file.path().lastIndexOf('/') + 1;
    String hash = consistent ? file.hashes().values().iterator().next() + "." : "";
    String path = file.path().substring(0, name) + hash + file.path().substring(name);
    return Arrays.stream(("targets/" + path).split("/", -1))
        .map(Names::quoted)
        .collect(Collectors.joining("/"));
  }

  /** Whether it names a file below a folder and nothing else. */
  static boolean safe(String path) {
    return path.chars().noneMatch(each -> each < ' ' || each == '\\' || each == 0x7f)
        && Arrays.stream(path.split("/", -1))
            .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
  }
}

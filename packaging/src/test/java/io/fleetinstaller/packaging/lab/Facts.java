package io.fleetinstaller.packaging.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What there was to see on the host, as the guest tells it: keys with one value or several. */
record Facts(Map<String, List<String>> values) {

  static Facts of(String text) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      int sign = line.indexOf('=');
      if (sign > 0) {
        values
            .computeIfAbsent(line.substring(0, sign), _ -> new ArrayList<>())
            .add(line.substring(sign + 1));
      }
    }
    return new Facts(values);
  }

  List<String> all(String key) {
    return values.getOrDefault(key, List.of());
  }

  /** The words of every value. */
  List<List<String>> words(String key) {
    return all(key).stream().map(it -> List.of(it.split(" ", -1))).toList();
  }

  Optional<String> one(String key) {
    return all(key).stream().findFirst().filter(it -> !it.isEmpty());
  }

  String text(String key) {
    return one(key).orElse("");
  }

  /** How the upgrade ended, as the daemon says. */
  String end() {
    return text("end");
  }

  Timeline timeline() {
    return Timeline.of(all("saw"));
  }

  /** For how many seconds, at most, the service would have stood still until the guard came. */
  long spared() {
    return all("spared").stream().mapToLong(Long::parseLong).max().orElse(0);
  }
}

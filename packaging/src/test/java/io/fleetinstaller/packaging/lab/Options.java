package io.fleetinstaller.packaging.lab;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the laboratory is to do.
 *
 * @param shortRun a sample that takes about three minutes
 * @param guests that work side by side
 * @param only runs and scenarios whose name has this in it; all when empty
 * @param results a file for the tables
 * @param tried what an earlier run printed, of which the faults are not tried again
 * @param again what an earlier run printed, of which all runs are played, and nothing else is
 * @param minutes after which nothing more is begun
 */
record Options(
    boolean shortRun,
    long seed,
    int guests,
    Optional<Pattern> only,
    Optional<Path> results,
    int sample,
    Optional<Path> tried,
    Optional<Path> again,
    int pairs,
    int minutes) {
  private static final Set<String> KEYS =
      Set.of(
          "--seed",
          "--guests",
          "--only",
          "--results",
          "--sample",
          "--tried",
          "--again",
          "--pairs",
          "--minutes");

  static Options of(String... words) {
    Map<String, String> given = new HashMap<>();
    boolean brief = false;
    for (int i = 0; i < words.length; i++) {
      if (words[i].equals("--short")) {
        brief = true;
      } else if (KEYS.contains(words[i]) && i + 1 < words.length) {
        given.put(words[i], words[++i]);
      } else {
        throw new IllegalArgumentException("unknown option, or one without a value: " + words[i]);
      }
    }
    return new Options(
        brief,
        Long.parseLong(given.getOrDefault("--seed", "1")),
        number(given, "--guests", 2),
        Optional.ofNullable(given.get("--only")).map(Pattern::compile),
        Optional.ofNullable(given.get("--results")).map(Path::of),
        number(given, "--sample", brief ? 14 : Integer.MAX_VALUE),
        Optional.ofNullable(given.get("--tried")).map(Path::of),
        Optional.ofNullable(given.get("--again")).map(Path::of),
        number(given, "--pairs", brief ? 3 : 200),
        number(given, "--minutes", Integer.MAX_VALUE));
  }

  private static int number(Map<String, String> given, String key, int otherwise) {
    return given.containsKey(key) ? Integer.parseInt(given.get(key)) : otherwise;
  }

  boolean wants(Object what) {
    return only.isEmpty() || only.get().matcher(what.toString()).find();
  }
}

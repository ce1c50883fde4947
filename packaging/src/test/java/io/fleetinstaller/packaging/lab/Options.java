package io.fleetinstaller.packaging.lab;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the laboratory is to do.
 *
 * @param shortRun a sample that takes about three minutes
 * @param guests that work side by side
 * @param only runs and scenarios whose name has this in it; all when empty
 * @param results a file for the tables
 * @param minutes after which nothing more is begun
 */
record Options(
    boolean shortRun,
    long seed,
    int guests,
    Optional<Pattern> only,
    Optional<Path> results,
    int sample,
    int pairs,
    int minutes) {
  private static final int SHORT_SAMPLE = 14;
  private static final int SHORT_PAIRS = 3;
  private static final int ALL = Integer.MAX_VALUE;
  private static final int PAIRS = 200;

  static Options of(String... words) {
    Options options = new Options(false, 1, 2, Optional.empty(), Optional.empty(), ALL, PAIRS, ALL);
    for (int i = 0; i < words.length; i++) {
      boolean flag = words[i].equals("--short");
      options = flag ? options.brief() : options.with(words[i], words[++i]);
    }
    return options;
  }

  private Options brief() {
    return new Options(true, seed, guests, only, results, SHORT_SAMPLE, SHORT_PAIRS, minutes);
  }

  private Options with(String key, String value) {
    return switch (key) {
      case "--seed" ->
          new Options(
              shortRun, Long.parseLong(value), guests, only, results, sample, pairs, minutes);
      case "--guests" ->
          new Options(
              shortRun, seed, Integer.parseInt(value), only, results, sample, pairs, minutes);
      case "--only" ->
          new Options(
              shortRun,
              seed,
              guests,
              Optional.of(Pattern.compile(value)),
              results,
              sample,
              pairs,
              minutes);
      case "--results" ->
          new Options(
              shortRun, seed, guests, only, Optional.of(Path.of(value)), sample, pairs, minutes);
      case "--sample" ->
          new Options(
              shortRun, seed, guests, only, results, Integer.parseInt(value), pairs, minutes);
      case "--pairs" ->
          new Options(
              shortRun, seed, guests, only, results, sample, Integer.parseInt(value), minutes);
      case "--minutes" ->
          new Options(
              shortRun, seed, guests, only, results, sample, pairs, Integer.parseInt(value));
      default -> throw new IllegalArgumentException("unknown option " + key);
    };
  }

  boolean wants(Object what) {
    return only.isEmpty() || only.get().matcher(what.toString()).find();
  }
}

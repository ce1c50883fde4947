package io.fleetinstaller.packages;

import io.fleetinstaller.release.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the file of the old release that a new one most likely came from: the one of the same path,
 * else of the same path but for versions in it (of several such the one with most in common), else
 * the one with most in common. Not thread-safe.
 */
final class Ancestors {
  private static final Pattern VERSION = Pattern.compile("[0-9]+(?:[._~+-]*[0-9]+)*");

  /** So many of its smallest samples stand for a file. */
  private static final int SKETCH = 32;

  /** Fewer in common are chance, or a header that every file has. */
  private static final int ALIKE = 4;

  private final Unpacked unpacked;
  private final List<Unpacked.File> old;
  private final Map<String, Unpacked.File> byName = new HashMap<>();
  private final Map<String, List<Unpacked.File>> byPlainName = new HashMap<>();
  private @Nullable Map<Long, List<Integer>> bySample;

  Ancestors(Unpacked unpacked, List<Unpacked.File> old) {
    this.unpacked = unpacked;
    this.old = List.copyOf(old);
    for (Unpacked.File file : old) {
      byName.put(file.name(), file);
      byPlainName.computeIfAbsent(plain(file.name()), _ -> new ArrayList<>()).add(file);
    }
  }

  private static String plain(String name) {
    return VERSION.matcher(name).replaceAll("#");
  }

  Optional<Unpacked.File> of(Unpacked.File file) throws IOException {
    Optional<Unpacked.File> same = Optional.ofNullable(byName.get(file.name()));
    if (same.isPresent()) {
      return same;
    }
    List<Unpacked.File> others = byPlainName.getOrDefault(plain(file.name()), List.of());
    return switch (others.size()) {
      case 0 -> alike(file, _ -> true);
      case 1 -> Optional.of(others.getFirst());
      default -> oneOf(others, file);
    };
  }

  /** Numbers in names also count parts: then the content tells which part it was. */
  private Optional<Unpacked.File> oneOf(List<Unpacked.File> others, Unpacked.File file)
      throws IOException {
    return alike(file, Set.copyOf(others)::contains)
        .or(() ->
            others.stream()
                .min(Comparator.comparingLong(each -> Math.abs(each.size() - file.size()))));
  }

  private Optional<Unpacked.File> alike(Unpacked.File file, Predicate<Unpacked.File> among)
      throws IOException {
    Map<Integer, Integer> inCommon = new LinkedHashMap<>();
    for (Long sample : sketch(file.digest())) {
      samples()
          .getOrDefault(sample, List.of())
          .forEach(number -> inCommon.merge(number, 1, Integer::sum));
    }
    return inCommon.entrySet().stream()
        .filter(entry -> entry.getValue() >= ALIKE && among.test(old.get(entry.getKey())))
        .max(
            Comparator.<Map.Entry<Integer, Integer>>comparingInt(Map.Entry::getValue)
                .thenComparingInt(entry -> -entry.getKey()))
        .map(entry -> old.get(entry.getKey()));
  }

  // Only when a file needs it: every old file is read for it.
  private Map<Long, List<Integer>> samples() throws IOException {
    Map<Long, List<Integer>> known = bySample;
    if (known != null) {
      return known;
    }
    Map<Long, List<Integer>> made = new HashMap<>();
    for (int number = 0; number < old.size(); number++) {
      for (Long sample : sketch(old.get(number).digest())) {
        made.computeIfAbsent(sample, _ -> new ArrayList<>()).add(number);
      }
    }
    bySample = made;
    return made;
  }

  /** The smallest samples there are in both are the smallest of what both have. */
  private Set<Long> sketch(Digest digest) throws IOException {
    TreeSet<Long> smallest = new TreeSet<>();
    Samples.of(
        Samples.content(unpacked.path(digest)),
        (hash, _) -> {
          if (smallest.size() < SKETCH || hash < smallest.last()) {
            smallest.add(hash);
            if (smallest.size() > SKETCH) {
              smallest.removeLast();
            }
          }
        });
    return smallest;
  }
}

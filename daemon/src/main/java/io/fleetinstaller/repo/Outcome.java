package io.fleetinstaller.repo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a command did.
 *
 * @param lines for people
 * @param tree the same for scripts
 */
public record Outcome(List<String> lines, Map<String, Object> tree) {
  public Outcome {
    lines = List.copyOf(lines);
    tree = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tree));
  }

  static Outcome said(String line) {
    return new Outcome(List.of(line), Map.of());
  }

  public Outcome line(String line) {
    List<String> more = new ArrayList<>(lines);
    more.add(line);
    return new Outcome(more, tree);
  }

  public Outcome with(String key, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(tree);
    more.put(key, value);
    return new Outcome(lines, more);
  }

  /** This and then that. */
  public Outcome then(Outcome other) {
    List<String> more = new ArrayList<>(lines);
    more.addAll(other.lines);
    Map<String, Object> both = new LinkedHashMap<>(tree);
    both.putAll(other.tree);
    return new Outcome(more, both);
  }
}

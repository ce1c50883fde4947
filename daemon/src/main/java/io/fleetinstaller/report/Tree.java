package io.fleetinstaller.report;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A JSON object under construction. Keys keep their order; what is absent leaves no key. Not
 * thread-safe.
 */
public final class Tree {
  /** Of every document of ours; raised when a key changes its meaning or goes away. */
  public static final int FORMAT_VERSION = 1;

  private final Map<String, Object> entries = new LinkedHashMap<>();

  /** The beginning of a whole document. */
  public static Tree document() {
    return new Tree().put("formatVersion", FORMAT_VERSION);
  }

  public Tree put(String key, String value) {
    return add(key, value);
  }

  public Tree put(String key, long value) {
    return add(key, value);
  }

  public Tree put(String key, boolean value) {
    return add(key, value);
  }

  public Tree put(String key, Instant value) {
    return add(key, value.truncatedTo(ChronoUnit.MILLIS).toString());
  }

  public Tree put(String key, Tree value) {
    return add(key, value.entries);
  }

  /** Adds the value as the function writes it: a string or an object; nothing if it is absent. */
  public <T> Tree put(String key, Optional<T> value, Function<T, Tree> writer) {
    value.ifPresent(present -> put(key, writer.apply(present)));
    return this;
  }

  public Tree put(String key, Optional<Instant> value) {
    value.ifPresent(present -> put(key, present));
    return this;
  }

  public Tree texts(String key, List<String> values) {
    return add(key, values);
  }

  public <T> Tree objects(String key, List<T> values, Function<T, Tree> writer) {
    return add(key, values.stream().map(value -> writer.apply(value).entries).toList());
  }

  private Tree add(String key, Object value) {
    entries.put(key, value);
    return this;
  }

  /** What {@code io.Json} writes. */
  public Map<String, Object> entries() {
    return entries;
  }

  /** The same without any key {@code evidence}, however deep: for readers who may not see it. */
  public static Object withoutEvidence(Object tree) {
    return switch (tree) {
      case Map<?, ?> map -> {
        Map<Object, Object> kept = new LinkedHashMap<>();
        map.forEach((key, value) -> {
          if (!"evidence".equals(key)) {
            kept.put(key, withoutEvidence(value));
          }
        });
        yield kept;
      }
      case List<?> list -> list.stream().map(Tree::withoutEvidence).toList();
      case Object leaf -> leaf;
    };
  }
}

package io.fleetinstaller.io;

import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A strict view on one JSON or YAML object. Whoever reads it asks for each key that it knows and
 * ends with {@link #done}, which refuses every other key. Each refusal names the source, line, key
 * and what is allowed. Not thread-safe.
 *
 * <p>It asks for types one by one: the JVM makes a class at run time for every switch over types,
 * and no cache keeps it, which a cold {@code status} would wait for.
 */
public final class Document {
  private static final int ONE_MEBIBYTE = 1 << 20;

  private final Place place;
  private final String path;
  private final Value.Table table;
  private final Set<String> known = new LinkedHashSet<>();
  private final boolean yaml;

  private Document(Place place, String path, Value.Table table, boolean yaml) {
    this.place = place;
    this.path = path;
    this.table = table;
    this.yaml = yaml;
  }

  /** Reads a JSON object of at most 1 MiB; refuses with {@link ReasonCode#MALFORMED}. */
  public static Document json(String source, byte[] bytes) throws Refused {
    return json(source, bytes, ONE_MEBIBYTE);
  }

  public static Document json(String source, byte[] bytes, int maxBytes) throws Refused {
    return json(source, bytes, maxBytes, ReasonCode.MALFORMED);
  }

  public static Document json(String source, byte[] bytes, int maxBytes, ReasonCode code)
      throws Refused {
    Place place = new Place(source, code);
    limit(place, bytes, maxBytes);
    return whole(place, Reader.json(place, bytes), false);
  }

  /** Reads a YAML object of at most 1 MiB; refuses with {@link ReasonCode#BAD_SETTINGS}. */
  public static Document yaml(String source, byte[] bytes) throws Refused {
    Place place = new Place(source, ReasonCode.BAD_SETTINGS);
    limit(place, bytes, ONE_MEBIBYTE);
    return whole(place, Reader.yaml(place, bytes), true);
  }

  private static void limit(Place place, byte[] bytes, int maxBytes) throws Refused {
    if (bytes.length > maxBytes) {
      throw place.refuse(
          0, "", "%d bytes are more than the %d allowed".formatted(bytes.length, maxBytes));
    }
  }

  private static Document whole(Place place, Value value, boolean yaml) throws Refused {
    if (value instanceof Value.Table table) {
      return new Document(place, "", table, yaml);
    }
    throw place.refuse(value.line(), "", "it must be an object, not " + value.kind());
  }

  /** The keys it has, in their order; asking this makes none of them known. */
  public Set<String> keys() {
    return table.values().sequencedKeySet();
  }

  public boolean has(String key) {
    return find(key) != null;
  }

  public String text(String key) throws Refused {
    return optionalText(key).orElseThrow(() -> missing(key));
  }

  public Optional<String> optionalText(String key) throws Refused {
    Value value = find(key);
    return value == null ? Optional.empty() : Optional.of(textOf(key, value));
  }

  /**
   * The text of a key, turned into a value by a function whose {@link IllegalArgumentException}
   * says what is wrong; secrets in it are not told.
   */
  public <T> T value(String key, Function<String, T> read) throws Refused {
    return optionalValue(key, read).orElseThrow(() -> missing(key));
  }

  public <T> Optional<T> optionalValue(String key, Function<String, T> read) throws Refused {
    Optional<String> text = optionalText(key);
    try {
      return text.map(read);
    } catch (IllegalArgumentException e) {
      throw refuse(key, e);
    }
  }

  /** A whole number within these bounds, both included. */
  public long number(String key, long min, long max) throws Refused {
    return optionalNumber(key, min, max).orElseThrow(() -> missing(key));
  }

  public OptionalLong optionalNumber(String key, long min, long max) throws Refused {
    Value value = find(key);
    if (value == null) {
      return OptionalLong.empty();
    }
    if (value instanceof Value.Numeral number
        && number.plain() instanceof Long found
        && found >= min
        && found <= max) {
      return OptionalLong.of(found);
    }
    throw refuse(key, "it must be a whole number from %d to %d".formatted(min, max));
  }

  public boolean flag(String key, boolean otherwise) throws Refused {
    Value value = find(key);
    if (value instanceof Value.Flag flag) {
      return flag.on();
    }
    if (value == null) {
      return otherwise;
    }
    throw refuse(key, "it must be true or false, not " + value.kind());
  }

  /** A duration as 200ms, 15s, 5m, 2h or 3d. */
  public Duration duration(String key, Duration otherwise) throws Refused {
    return optionalValue(key, Durations::parse).orElse(otherwise);
  }

  public Document object(String key) throws Refused {
    return optionalObject(key).orElseThrow(() -> missing(key));
  }

  public Optional<Document> optionalObject(String key) throws Refused {
    Value value = find(key);
    return value == null ? Optional.empty() : Optional.of(objectOf(key, value));
  }

  /** The objects of a list; no such key is an empty list. */
  public List<Document> objects(String key) throws Refused {
    List<Document> objects = new ArrayList<>();
    for (Value value : items(key)) {
      objects.add(objectOf(key + "[" + objects.size() + "]", value));
    }
    return objects;
  }

  /** The texts of a list; no such key is an empty list. */
  public List<String> texts(String key) throws Refused {
    List<String> texts = new ArrayList<>();
    for (Value value : items(key)) {
      texts.add(textOf(key + "[" + texts.size() + "]", value));
    }
    return texts;
  }

  /** An object whose values are all texts; no such key is an empty map. */
  public Map<String, String> textMap(String key) throws Refused {
    Map<String, String> map = new LinkedHashMap<>();
    Optional<Document> object = optionalObject(key);
    if (object.isPresent()) {
      for (String name : object.get().keys()) {
        map.put(name, object.get().text(name));
      }
    }
    return map;
  }

  /** Refuses every key that nobody asked for. */
  public void done() throws Refused {
    for (Map.Entry<String, Value> entry : table.values().entrySet()) {
      if (!known.contains(entry.getKey())) {
        throw place.refuse(
            entry.getValue().line(),
            path + entry.getKey(),
            "it is not known here; allowed are " + String.join(", ", new TreeSet<>(known)));
      }
    }
  }

  /** A refusal of this key's value, with its place. */
  public Refused refuse(String key, String why) {
    Value value = table.values().get(key);
    return place.refuse(value == null ? table.line() : value.line(), path + key, why);
  }

  /** The same for what nobody could make sense of; values may hold secrets. */
  public Refused refuse(String key, IllegalArgumentException why) {
    return refuse(key, Redactor.setting(String.valueOf(why.getMessage())));
  }

  /** Everything in plain maps, lists, texts, numbers and flags. */
  public Map<String, @Nullable Object> tree() {
    return table.plain();
  }

  private @Nullable Value find(String key) {
    known.add(key);
    Value value = table.values().get(key);
    return value instanceof Value.Nothing ? null : value;
  }

  private List<Value> items(String key) throws Refused {
    Value value = find(key);
    if (value instanceof Value.Items items) {
      return items.values();
    }
    if (value == null) {
      return List.of();
    }
    throw refuse(key, "it must be a list, not " + value.kind());
  }

  private Document objectOf(String key, Value value) throws Refused {
    if (value instanceof Value.Table inner) {
      return new Document(place, path + key + ".", inner, yaml);
    }
    throw place.refuse(value.line(), path + key, "it must be an object, not " + value.kind());
  }

  // YAML takes an unquoted 1.10 for a number; what was written is what counts.
  private String textOf(String key, Value value) throws Refused {
    if (value instanceof Value.Text text) {
      return text.text();
    }
    if (yaml && value instanceof Value.Numeral number) {
      return number.text();
    }
    throw place.refuse(value.line(), path + key, "it must be a text, not " + value.kind());
  }

  private Refused missing(String key) {
    return refuse(key, "it is missing");
  }
}

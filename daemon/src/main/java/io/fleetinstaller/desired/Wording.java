package io.fleetinstaller.desired;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The small words of documents: names of folders, instants, what people wrote. */
final class Wording {
  private static final Pattern INSTANT =
      Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?Z");
  private static final Pattern FOLDER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  // What people wrote ends on terminals and in logs, where control characters are orders.
  private static final Pattern CONTROL =
      Pattern.compile("[\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]");

  private Wording() {}

  static Instant instant(String text) {
    if (!INSTANT.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "'%s' is not an instant like 2026-01-31T12:00:00Z".formatted(text));
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("'%s' is no day or time of day".formatted(text), e);
    }
  }

  /** The name of a channel or group: also a folder of the repository. */
  static String folder(String text) {
    return legal(FOLDER, text, "a channel or group; use 1 to 63 of A-Z a-z 0-9 . _ -");
  }

  static String id(String text) {
    return legal(ID, text, "an id; use 1 to 128 of A-Z a-z 0-9 . _ -");
  }

  private static String legal(Pattern pattern, String text, String otherwise) {
    if (!pattern.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "'%s' is not %s and begin with a letter or digit".formatted(shown(text), otherwise));
    }
    return text;
  }

  private static String shown(String text) {
    return CONTROL.matcher(text).replaceAll("?");
  }

  /** One line of at most so many characters, or an {@link IllegalArgumentException}. */
  static void refuseMore(String text, int most) {
    if (text.codePointCount(0, text.length()) > most || CONTROL.matcher(text).find()) {
      throw new IllegalArgumentException(
          "it must be one line of at most %d characters, without control characters"
              .formatted(most));
    }
  }

  static void refuseEmpty(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("it must not be empty");
    }
  }

  static Function<String, String> line(int most) {
    return text -> {
      refuseMore(text, most);
      return text;
    };
  }

  static Function<String, String> someLine(int most) {
    return text -> {
      refuseEmpty(text);
      refuseMore(text, most);
      return text;
    };
  }

  /** The values of a list that is there: at least one, at most so many, none twice. */
  static <T> List<T> several(Document document, String key, int most, Function<String, T> read)
      throws Refused {
    List<String> texts = document.texts(key);
    if (document.has(key) && texts.isEmpty()) {
      throw document.refuse(key, "it is empty; leave it out, or name something");
    }
    return any(document, key, texts.size() > most ? List.of() : texts, read);
  }

  private static <T> List<T> any(
      Document document, String key, List<String> texts, Function<String, T> read) throws Refused {
    if (texts.isEmpty() && document.has(key)) {
      throw document.refuse(key, "it names too many");
    }
    try {
      List<T> values = texts.stream().map(read).toList();
      if (values.stream().distinct().count() < values.size()) {
        throw document.refuse(key, "it names one thing twice; keep one");
      }
      return values;
    } catch (IllegalArgumentException e) {
      throw document.refuse(key, String.valueOf(e.getMessage()));
    }
  }

  /** A key that is there but null could be read in two ways, so it is in no document. */
  static void noNulls(Document document) throws Refused {
    for (Map.Entry<String, @Nullable Object> entry : document.tree().entrySet()) {
      if (hasNull(entry.getValue())) {
        throw document.refuse(entry.getKey(), "null is not allowed; leave the key out");
      }
    }
  }

  private static boolean hasNull(@Nullable Object value) {
    return switch (value) {
      case null -> true;
      case Map<?, ?> map -> map.values().stream().anyMatch(Wording::hasNull);
      case Collection<?> items -> items.stream().anyMatch(Wording::hasNull);
      case Object _ -> false;
    };
  }
}

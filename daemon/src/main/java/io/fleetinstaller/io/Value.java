package io.fleetinstaller.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One value of a parsed document, with the line it began on. Scalars keep their text: 1.10 stays
 * 1.10.
 */
sealed interface Value {
  int line();

  /** The same value in plain Java. */
  @Nullable Object plain();

  /** What people call this kind of value. */
  String kind();

  record Text(String text, int line) implements Value {
    @Override
    public Object plain() {
      return text;
    }

    @Override
    public String kind() {
      return "a text";
    }
  }

  record Numeral(String text, int line) implements Value {
    @Override
    public Object plain() {
      if (text.matches("-?[0-9]{1,18}")) {
        return Long.valueOf(text);
      }
      return Double.valueOf(text);
    }

    @Override
    public String kind() {
      return "a number";
    }
  }

  record Flag(boolean on, int line) implements Value {
    @Override
    public Object plain() {
      return on;
    }

    @Override
    public String kind() {
      return "true or false";
    }
  }

  record Nothing(int line) implements Value {
    @Override
    public @Nullable Object plain() {
      return null;
    }

    @Override
    public String kind() {
      return "nothing";
    }
  }

  record Items(List<Value> values, int line) implements Value {
    @Override
    public Object plain() {
      List<@Nullable Object> plain = new ArrayList<>();
      values.forEach(value -> plain.add(value.plain()));
      return plain;
    }

    @Override
    public String kind() {
      return "a list";
    }
  }

  record Table(LinkedHashMap<String, Value> values, int line) implements Value {
    @Override
    public Map<String, @Nullable Object> plain() {
      Map<String, @Nullable Object> plain = new LinkedHashMap<>();
      values.forEach((key, value) -> plain.put(key, value.plain()));
      return plain;
    }

    @Override
    public String kind() {
      return "an object";
    }
  }
}

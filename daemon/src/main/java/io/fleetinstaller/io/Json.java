package io.fleetinstaller.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes trees of maps, collections, texts, numbers, flags, optionals and nulls; the order of keys
 * is the map's. Thread-safe.
 */
public final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /** Compact UTF-8. */
  public static byte[] bytes(@Nullable Object tree) {
    return write(tree, false).getBytes(StandardCharsets.UTF_8);
  }

  /** Indented by two spaces, for people. */
  public static String pretty(@Nullable Object tree) {
    return write(tree, true);
  }

  private static String write(@Nullable Object tree, boolean pretty) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(text)) {
      if (pretty) {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        generator.setPrettyPrinter(
            new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter));
      }
      value(generator, tree);
    } catch (IOException e) {
      throw new UncheckedIOException("a string writer does not fail", e);
    }
    return text.toString();
  }

  private static void value(JsonGenerator generator, @Nullable Object value) throws IOException {
    switch (value) {
      case null -> generator.writeNull();
      case Optional<?> optional -> value(generator, optional.orElse(null));
      case Map<?, ?> map -> object(generator, map);
      case Collection<?> items -> array(generator, items);
      case Boolean flag -> generator.writeBoolean(flag);
      case Integer number -> generator.writeNumber(number);
      case Long number -> generator.writeNumber(number);
      case Double number -> generator.writeNumber(number);
      case Object other -> generator.writeString(other.toString());
    }
  }

  private static void object(JsonGenerator generator, Map<?, ?> map) throws IOException {
    generator.writeStartObject();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      generator.writeFieldName(String.valueOf(entry.getKey()));
      value(generator, entry.getValue());
    }
    generator.writeEndObject();
  }

  private static void array(JsonGenerator generator, Collection<?> items) throws IOException {
    generator.writeStartArray();
    for (Object item : items) {
      value(generator, item);
    }
    generator.writeEndArray();
  }
}

package io.fleetinstaller.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.fleetinstaller.release.Fault.Refused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Turns bytes into values, strictly: no duplicate keys, no aliases, no depth without end, nothing
 * behind the end.
 */
final class Reader {
  private static final int DEPTH = 32;
  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxNestingDepth(DEPTH)
          .maxNumberLength(64)
          .maxNameLength(1024)
          .build();

  private static final Pattern LINE = Pattern.compile("\\bline (\\d{1,9}), column");
  private static final Pattern TWICE = Pattern.compile("^Duplicate field '([^']*)'");

  private final Place place;
  private final JsonParser parser;
  private final boolean yaml;
  private int values;

  private Reader(Place place, JsonParser parser, boolean yaml) {
    this.place = place;
    this.parser = parser;
    this.yaml = yaml;
  }

  static Value json(Place place, byte[] bytes) throws Refused {
    return read(
        place, bytes, JsonFactory.builder().streamReadConstraints(CONSTRAINTS).build(), false);
  }

  static Value yaml(Place place, byte[] bytes) throws Refused {
    return read(place, bytes, Yaml.factory(), true);
  }

  private static Value read(Place place, byte[] bytes, JsonFactory factory, boolean yaml)
      throws Refused {
    factory.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature());
    try (JsonParser parser = factory.createParser(utf8(place, bytes))) {
      Reader reader = new Reader(place, parser, yaml);
      try {
        return reader.whole();
      } catch (StreamConstraintsException e) {
        throw reader.tooMuch(e);
      }
    } catch (JsonProcessingException e) {
      throw unreadable(place, e);
    } catch (IOException e) {
      throw place.refuse(0, "", sentence(String.valueOf(e.getMessage())));
    }
  }

  private Refused tooMuch(StreamConstraintsException e) {
    String why = String.valueOf(e.getOriginalMessage());
    return why.contains("nesting depth")
        ? place.refuse(
            line(), "", "it is nested deeper than the %d levels allowed".formatted(DEPTH))
        : place.refuse(line(), "", sentence(why));
  }

  private static Refused unreadable(Place place, JsonProcessingException e) {
    String why = String.valueOf(e.getOriginalMessage());
    int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
    // What stands last is where it went wrong, and not where what went wrong began.
    Matcher at = LINE.matcher(why);
    while (at.find()) {
      line = Integer.parseInt(at.group(1));
    }
    Matcher twice = TWICE.matcher(why);
    return twice.find()
        ? place.refuse(line, twice.group(1), "it stands there twice; each key is allowed once")
        : place.refuse(line, "", sentence(why));
  }

  private static String utf8(Place place, byte[] bytes) throws Refused {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw place.refuse(0, "", "it is not UTF-8 text");
    }
  }

  /** Without the excerpts of the text, which are indented: they may hold secrets. */
  private static String sentence(String message) {
    String told =
        message
            .lines()
            .filter(line -> !line.isBlank() && !line.startsWith(" "))
            .collect(Collectors.joining("; "));
    return told.isEmpty() ? "it cannot be read" : told;
  }

  private Value whole() throws IOException, Refused {
    JsonToken first = parser.nextToken();
    if (first == null) {
      return new Value.Table(new LinkedHashMap<>(), 1);
    }
    Value value = value(first);
    if (parser.nextToken() != null) {
      throw place.refuse(line(), "", "something stands behind its end; keep one document");
    }
    return value;
  }

  private Value value(JsonToken token) throws IOException, Refused {
    int line = line();
    values++;
    if (values > StrictJson.MOST_VALUES) {
      throw place.refuse(
          line, "", "it has more than the %d values allowed".formatted(StrictJson.MOST_VALUES));
    }
    refuseReferences(line);
    return switch (token) {
      case START_OBJECT -> table(line);
      case START_ARRAY -> items(line);
      case VALUE_STRING -> new Value.Text(parser.getText(), line);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Value.Numeral(parser.getText(), line);
      case VALUE_TRUE -> new Value.Flag(true, line);
      case VALUE_FALSE -> new Value.Flag(false, line);
      case VALUE_NULL -> new Value.Nothing(line);
      case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          throw place.refuse(line, "", "%s is not allowed here".formatted(token));
    };
  }

  // An alias would let a few bytes stand for many, and a reader take one thing for another.
  private void refuseReferences(int line) throws IOException, Refused {
    if (yaml && Yaml.refers(parser)) {
      throw place.refuse(line, "", "anchors, aliases and tags are not allowed; write it out");
    }
  }

  private Value table(int line) throws IOException, Refused {
    LinkedHashMap<String, Value> values = new LinkedHashMap<>();
    while (next() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      values.put(key, value(next()));
    }
    return new Value.Table(values, line);
  }

  private Value items(int line) throws IOException, Refused {
    List<Value> values = new ArrayList<>();
    for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
      values.add(value(token));
    }
    return new Value.Items(List.copyOf(values), line);
  }

  private JsonToken next() throws IOException, Refused {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw place.refuse(line(), "", "it ends in the middle");
    }
    return token;
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  /**
   * What reading YAML takes beside reading JSON. It stands apart so that a program that reads JSON
   * alone, as a cold {@code status} does, loads nothing of it.
   */
  private static final class Yaml {
    static JsonFactory factory() {
      return YAMLFactory.builder().streamReadConstraints(CONSTRAINTS).build();
    }

    /** Whether an anchor, an alias or a tag stands here. */
    static boolean refers(JsonParser parser) throws IOException {
      return parser instanceof YAMLParser yaml
          && (yaml.isCurrentAlias() || yaml.getObjectId() != null || yaml.getTypeId() != null);
    }
  }
}

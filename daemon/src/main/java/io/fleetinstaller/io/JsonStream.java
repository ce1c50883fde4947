package io.fleetinstaller.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads one JSON document that is too large for a {@link Document}: value by value, in the order in
 * which they stand there, holding none of them. Refuses what a Document refuses, under {@link
 * ReasonCode#MALFORMED}. Not thread-safe.
 */
public final class JsonStream implements AutoCloseable {
  private static final int MOST_TEXT = 1 << 17;

  /** All keys of an object that is open are held, to find those that stand there twice. */
  private static final int MOST_KEYS = 1000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // Each other name in a hostile text would be kept until its end.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(32)
                  .maxNumberLength(20)
                  .maxNameLength(1024)
                  .maxStringLength(MOST_TEXT)
                  .build())
          .build();

  private final Place place;
  private final JsonParser parser;
  private String key = "";

  private JsonStream(Place place, JsonParser parser) {
    this.place = place;
    this.parser = parser;
  }

  /** One step of reading, which must read or {@link #skip} the value that comes next. */
  @FunctionalInterface
  public interface Step {
    void read(String key) throws Refused;
  }

  /** Begins to read this UTF-8 text; closing it closes that. */
  public static JsonStream open(String source, InputStream text) throws Refused {
    Place place = new Place(source, ReasonCode.MALFORMED);
    // A decoder that is told so refuses what is not UTF-8; Jackson would guess other encodings.
    InputStreamReader letters =
        new InputStreamReader(
            text,
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    try {
      JsonStream stream = new JsonStream(place, FACTORY.createParser(letters));
      stream.advance();
      return stream;
    } catch (IOException e) {
      throw unreadable(place, e);
    }
  }

  /** Reads an object: one step for each of its keys. */
  public void object(Step step) throws Refused {
    expect(JsonToken.START_OBJECT, "an object");
    advance();
    for (int keys = 1; parser.currentToken() == JsonToken.FIELD_NAME; keys++) {
      String name = name();
      count(keys);
      key = name;
      advance();
      step.read(name);
    }
    advance();
  }

  /** Reads a list: one step for each of its values, all with the list's key. */
  public void list(Step step) throws Refused {
    expect(JsonToken.START_ARRAY, "a list");
    String name = key;
    advance();
    while (parser.currentToken() != JsonToken.END_ARRAY) {
      step.read(name);
    }
    advance();
  }

  public String text() throws Refused {
    expect(JsonToken.VALUE_STRING, "a text");
    try {
      String text = parser.getText();
      whole(text);
      advance();
      return text;
    } catch (IOException e) {
      throw unreadable(place, e);
    }
  }

  /** Where an escape made half a character, no bytes stand for it. */
  private void whole(String text) throws Refused {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (Character.charCount(text.codePointAt(i)) == 1) {
          throw refuse("it holds half a surrogate pair");
        }
        i++;
      }
    }
  }

  /** A whole number within these bounds, both included. */
  public long number(long min, long max) throws Refused {
    try {
      if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
          && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
        long number = parser.getLongValue();
        if (number >= min && number <= max) {
          advance();
          return number;
        }
      }
    } catch (IOException e) {
      throw unreadable(place, e);
    }
    throw refuse("it must be a whole number from %d to %d".formatted(min, max));
  }

  /** Passes over the next value, whatever it is. */
  public void skip() throws Refused {
    int depth = 0;
    int keys = 0;
    do {
      JsonToken token = parser.currentToken();
      if (token == null) {
        throw place.refuse(line(), "", "it ends in the middle");
      }
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      if (token == JsonToken.FIELD_NAME) {
        count(++keys);
      }
      advance();
    } while (depth > 0);
  }

  private void count(int keys) throws Refused {
    if (keys > MOST_KEYS) {
      throw refuse("it has more than the %d keys allowed".formatted(MOST_KEYS));
    }
  }

  /** Refuses anything that is left. */
  public void end() throws Refused {
    if (parser.currentToken() != null) {
      throw place.refuse(line(), "", "something stands behind its end; keep one document");
    }
  }

  /** A refusal of the value that is being read, with its place. */
  public Refused refuse(String why) {
    return place.refuse(line(), key, why);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }

  private void expect(JsonToken wanted, String kind) throws Refused {
    if (parser.currentToken() != wanted) {
      throw parser.currentToken() == null
          ? place.refuse(line(), "", "it ends in the middle")
          : refuse("it must be " + kind);
    }
  }

  private String name() throws Refused {
    try {
      return parser.currentName();
    } catch (IOException e) {
      throw unreadable(place, e);
    }
  }

  private void advance() throws Refused {
    try {
      parser.nextToken();
    } catch (IOException e) {
      throw unreadable(place, e);
    }
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  private static Refused unreadable(Place place, IOException e) {
    return switch (e) {
      case JsonProcessingException json ->
          place.refuse(
              json.getLocation() == null ? 0 : json.getLocation().getLineNr(),
              "",
              json.getOriginalMessage().lines().findFirst().orElse("it cannot be read"));
      case CharacterCodingException _ -> place.refuse(0, "", "it is not UTF-8 text");
      case IOException other -> place.refuse(0, "", String.valueOf(other.getMessage()));
    };
  }
}

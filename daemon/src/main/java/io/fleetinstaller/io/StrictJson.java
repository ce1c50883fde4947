package io.fleetinstaller.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Reads JSON that somebody signed: what two readers could understand differently is refused.
 * Refused are member names that come twice, text that is not Unicode, numbers that are not whole or
 * need more than 64 bits, nesting of more than 64, more than 150,000 values, and anything behind
 * the end.
 */
public final class StrictJson {
  private static final int MOST_NESTING = 64;
  private static final int MOST_DIGITS = 20;

  /** Two bytes can be a value, and a value takes a hundred times as much memory. */
  static final int MOST_VALUES = 150_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MOST_NESTING)
                  .maxNumberLength(MOST_DIGITS)
                  .build())
          .build();

  private final JsonParser parser;
  private int values;

  private StrictJson(JsonParser parser) {
    this.parser = parser;
  }

  /** The one value that these bytes hold; the message of the exception says what is wrong. */
  public static Tree read(byte[] bytes) throws NotStrict {
    try (JsonParser parser = FACTORY.createParser(utf8(bytes))) {
      return new StrictJson(parser).whole();
    } catch (JsonProcessingException e) {
      throw new NotStrict(
          "line %d: %s"
              .formatted(
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  e.getOriginalMessage().lines().findFirst().orElse("")));
    } catch (IOException e) {
      throw new NotStrict("it is not UTF-8 text");
    }
  }

  private static String utf8(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  private Tree whole() throws IOException, NotStrict {
    Tree tree = value(next());
    if (parser.nextToken() != null) {
      throw new NotStrict("something stands behind its end");
    }
    return tree;
  }

  private Tree value(JsonToken token) throws IOException, NotStrict {
    values++;
    if (values > MOST_VALUES) {
      throw new NotStrict("it has more than the %d values allowed".formatted(MOST_VALUES));
    }
    return switch (token) {
      case START_OBJECT -> members();
      case START_ARRAY -> items();
      case VALUE_STRING -> new Tree.Text(unicode(parser.getText()));
      case VALUE_NUMBER_INT -> new Tree.Whole(whole(parser.getText()));
      case VALUE_TRUE -> new Tree.Flag(true);
      case VALUE_FALSE -> new Tree.Flag(false);
      case VALUE_NULL -> new Tree.Nothing();
      case VALUE_NUMBER_FLOAT -> throw new NotStrict("it has a number that is not whole");
      case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          throw new NotStrict("%s is not allowed here".formatted(token));
    };
  }

  private Tree members() throws IOException, NotStrict {
    LinkedHashMap<String, Tree> members = new LinkedHashMap<>();
    while (next() != JsonToken.END_OBJECT) {
      String name = unicode(parser.currentName());
      members.put(name, value(next()));
    }
    return new Tree.Members(members);
  }

  private Tree items() throws IOException, NotStrict {
    List<Tree> items = new ArrayList<>();
    for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
      items.add(value(token));
    }
    return new Tree.Items(items);
  }

  /** An escape can make half a character, which has no bytes to sign. */
  private static String unicode(String text) throws NotStrict {
    try {
      StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      return text;
    } catch (CharacterCodingException e) {
      throw new NotStrict("it has text with half a surrogate pair");
    }
  }

  private static long whole(String digits) throws NotStrict {
    if (digits.equals("-0")) {
      throw new NotStrict("it has the number -0");
    }
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw new NotStrict("it has a number of more than 64 bits");
    }
  }

  private JsonToken next() throws IOException, NotStrict {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw new NotStrict("it ends in the middle");
    }
    return token;
  }

  /** The bytes are not JSON, or not as strict as signed JSON must be. */
  public static final class NotStrict extends Exception {
    private static final long serialVersionUID = 1L;

    NotStrict(String message) {
      super(message);
    }
  }
}

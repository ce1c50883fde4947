package io.fleetinstaller.cli;

import io.fleetinstaller.io.Durations;
import java.time.Duration;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What people write as values on the command line. */
final class Values {
  private Values() {}

  /** A reader of values that complains in the words of the value's own parser. */
  static <T> ITypeConverter<T> converter(Function<String, T> parse) {
    return text -> {
      try {
        return parse.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    };
  }

  static Duration duration(String text) {
    return Durations.parse(text);
  }
}

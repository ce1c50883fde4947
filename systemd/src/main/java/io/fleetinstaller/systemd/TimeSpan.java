package io.fleetinstaller.systemd;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as systemd prints them: {@code 1min 30s}, {@code 500ms}. */
final class TimeSpan {
  private static final Pattern WHOLE = Pattern.compile("([0-9.]+(us|ms|s|min|h|d|w) ?)+");
  private static final Pattern PART = Pattern.compile("([0-9]{1,9})(?:\\.[0-9]+)?([a-z]+)");

  private TimeSpan() {}

  /** Empty for infinity, for months and years, and for what is no length of time. */
  static Optional<Duration> parse(String text) {
    if (!WHOLE.matcher(text).matches()) {
      return Optional.empty();
    }
    Duration sum = Duration.ZERO;
    Matcher parts = PART.matcher(text);
    while (parts.find()) {
      long amount = Long.parseLong(parts.group(1));
      sum = sum.plus(unit(parts.group(2)).multipliedBy(amount));
    }
    return Optional.of(sum);
  }

  private static Duration unit(String name) {
    return switch (name) {
      case "us" -> Duration.ofNanos(1000);
      case "ms" -> Duration.ofMillis(1);
      case "s" -> Duration.ofSeconds(1);
      case "min" -> Duration.ofMinutes(1);
      case "h" -> Duration.ofHours(1);
      case "d" -> Duration.ofDays(1);
      case String week -> Duration.ofDays(7);
    };
  }
}

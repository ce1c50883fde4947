package io.fleetinstaller.http;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** How much later the other side wants to be asked again. */
final class RetryAfter {

  private RetryAfter() {}

  /** Seconds or a date; what is neither is nothing. */
  static Duration of(Http.Answer.Headers headers) {
    String text = headers.first("Retry-After").orElse("");
    if (text.matches("[0-9]{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    // Both moments are the server's, so that a wrong clock here does no harm.
    Optional<Instant> later = date(text);
    Optional<Instant> now = headers.first("Date").flatMap(RetryAfter::date);
    return later.isPresent() && now.isPresent() && later.get().isAfter(now.get())
        ? Duration.between(now.get(), later.get())
        : Duration.ZERO;
  }

  private static Optional<Instant> date(String text) {
    try {
      return Optional.of(
          ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }
}

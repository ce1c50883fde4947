package io.fleetinstaller.source;

import io.fleetinstaller.http.Http;
import io.fleetinstaller.release.Digest;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a mirror calls the bytes it gave, to be shown when asking for them again.
 *
 * @param header that it goes into; empty: the mirror gave it no name
 */
record Validator(String header, String value) {
  static final Validator NONE = new Validator("", "");
  private static final Pattern SENDABLE = Pattern.compile("[ -~]{1,512}");

  static Validator of(Http.Answer.Headers headers) {
    return sendable(headers, "ETag")
        .map(tag -> new Validator("If-None-Match", tag))
        .or(() ->
            sendable(headers, "Last-Modified")
                .map(date -> new Validator("If-Modified-Since", date)))
        .orElse(NONE);
  }

  /** Files have no names for their bytes but the bytes. */
  static Validator of(byte[] bytes) {
    return new Validator("", Digest.of(bytes).toString());
  }

  Map<String, String> headers() {
    return header.isEmpty() ? Map.of() : Map.of(header, value);
  }

  private static Optional<String> sendable(Http.Answer.Headers headers, String name) {
    return headers.first(name).filter(text -> SENDABLE.matcher(text).matches());
  }
}

package io.fleetinstaller.source;

import io.fleetinstaller.http.Connections;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where reports go.
 *
 * @param url takes them by POST; https, or http on loopback
 * @param tokenFile holds what is sent as a bearer token; null: nothing is
 * @param rhythm of tries after failures
 */
public record ReportSettings(
    URI url, @Nullable Path tokenFile, Rhythm rhythm, Connections connections) {

  /** Reads the address; an {@link IllegalArgumentException} says what is wrong with it. */
  public static ReportSettings of(
      String url, @Nullable Path tokenFile, Rhythm rhythm, Connections connections) {
    try {
      return new ReportSettings(WebAddress.parse(url), tokenFile, rhythm, connections);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s' takes no reports: %s; write https://host/path, or http:// on this very host, and a token into tokenFile"
              .formatted(url, e.getMessage()),
          e);
    }
  }
}

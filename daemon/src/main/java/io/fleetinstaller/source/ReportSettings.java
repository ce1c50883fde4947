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
    if (isWeb(url)) {
      return new ReportSettings(URI.create(url), tokenFile, rhythm, connections);
    }
    throw new IllegalArgumentException(
        "'%s' takes no reports; write https://host/path, or http:// on this very host"
            .formatted(url));
  }

  private static boolean isWeb(String url) {
    try {
      return MirrorAddress.parse(url) instanceof MirrorAddress.Web;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}

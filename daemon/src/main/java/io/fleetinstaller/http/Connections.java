package io.fleetinstaller.http;

import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How servers are reached.
 *
 * @param ca PEM certificates that are trusted beside the system's own; null: none
 */
public record Connections(@Nullable Path ca, ProxySettings proxy, Patience patience) {
  public static final Connections DEFAULT =
      new Connections(null, ProxySettings.NONE, Patience.DEFAULT);

  /** The same with documents that may take so long. */
  public Connections withDocument(Duration longer) {
    return new Connections(ca, proxy, patience.withDocument(longer));
  }

  /**
   * A client that connects in this way.
   *
   * @throws Failure when the certificates or the environment's proxies cannot be used
   */
  public Http open(Map<String, String> environment) throws Failure {
    try {
      return new Http(patience, Authorities.with(ca), new Proxies(proxy, environment));
    } catch (IllegalArgumentException e) {
      throw Failure.lasting(ReasonCode.BAD_SETTINGS, String.valueOf(e.getMessage()));
    }
  }
}

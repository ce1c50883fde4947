package io.fleetinstaller.source;

import io.fleetinstaller.http.Loopback;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * What web addresses in the settings have in common: nobody reads along, and no secret is in them.
 */
final class WebAddress {
  private WebAddress() {}

  /** Reads one; an {@link IllegalArgumentException} says what is wrong, without the address. */
  static URI parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e.getReason(), e);
    }
    if (uri.getHost() == null) {
      throw new IllegalArgumentException("the host is missing");
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException("there is a login before the host");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("it must end in its path, without ? or #");
    }
    boolean plain = "http".equals(uri.getScheme()) && Loopback.names(uri.getHost());
    if (!plain && !"https".equals(uri.getScheme())) {
      throw new IllegalArgumentException("it must be https; plain http is for this very host only");
    }
    return uri;
  }
}

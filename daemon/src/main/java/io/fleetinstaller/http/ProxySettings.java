package io.fleetinstaller.http;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Proxies by the scheme of what is asked for, {@code http://[user:password@]host:port}; what is
 * null here is looked up in the environment.
 *
 * @param noProxy hosts, {@code .domain} suffixes, addresses, networks ({@code 10.0.0.0/8}) or
 *     {@code *}; null: as the environment says
 */
public record ProxySettings(
    @Nullable URI http, @Nullable URI https, @Nullable List<String> noProxy) {
  public static final ProxySettings NONE = new ProxySettings(null, null, null);

  public ProxySettings {
    noProxy = noProxy == null ? null : List.copyOf(noProxy);
    check(http);
    check(https);
  }

  /** Reads one of them, or an {@link IllegalArgumentException}. */
  public static URI parse(String text) {
    URI proxy = URI.create(text);
    check(proxy);
    return proxy;
  }

  private static void check(@Nullable URI proxy) {
    if (proxy != null && (!"http".equals(proxy.getScheme()) || proxy.getHost() == null)) {
      throw new IllegalArgumentException(
          "it must be a proxy as http://host:port, with user:password@ before the host if it asks for that");
    }
  }

  // Passwords stay out of logs.
  @Override
  public String toString() {
    return "ProxySettings[http=%s, https=%s, noProxy=%s]"
        .formatted(bare(http), bare(https), noProxy);
  }

  private static @Nullable String bare(@Nullable URI proxy) {
    return proxy == null ? null : proxy.getHost() + ":" + proxy.getPort();
  }
}

package io.fleetinstaller.http;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which proxy stands between this host and another: the settings', else the environment's
 * (http_proxy, https_proxy, no_proxy, in small or capital letters). Never one to this very host.
 */
final class Proxies {
  private final Optional<URI> http;
  private final Optional<URI> https;
  private final List<Exempt> exempt;

  /**
   * @throws IllegalArgumentException when the environment names something that is not a proxy
   */
  Proxies(ProxySettings settings, Map<String, String> environment) {
    this.http = proxy(settings.http(), environment, "http_proxy");
    this.https = proxy(settings.https(), environment, "https_proxy");
    List<String> noProxy =
        settings.noProxy() != null
            ? settings.noProxy()
            : Arrays.asList(variable(environment, "no_proxy").orElse("").split("[,\\s]+"));
    this.exempt = noProxy.stream().filter(entry -> !entry.isEmpty()).map(Exempt::new).toList();
  }

  /** The proxy for what this address names. */
  Optional<URI> of(URI target) {
    String host = target.getHost();
    if (Loopback.names(host) || exempt.stream().anyMatch(entry -> entry.covers(target))) {
      return Optional.empty();
    }
    return "https".equals(target.getScheme()) ? https : http;
  }

  /** What to tell that proxy. */
  Optional<Login> login(URI target) {
    return of(target)
        .flatMap(proxy -> Optional.ofNullable(proxy.getRawUserInfo()))
        .map(info -> {
          String[] parts = info.split(":", 2);
          return new Login(decoded(parts[0]), parts.length > 1 ? decoded(parts[1]) : "");
        });
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static Optional<URI> proxy(
      @Nullable URI setting, Map<String, String> environment, String variable) {
    if (setting != null) {
      return Optional.of(setting);
    }
    return variable(environment, variable).map(text -> parse(variable, text));
  }

  private static URI parse(String variable, String text) {
    URI proxy;
    try {
      proxy = URI.create(text.contains("://") ? text : "http://" + text);
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException(variable + " is not a proxy as http://host:port");
    }
    if (!"http".equals(proxy.getScheme()) || proxy.getHost() == null) {
      throw new IllegalArgumentException(variable + " is not a proxy as http://host:port");
    }
    return proxy;
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .or(() -> Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT))))
        .filter(text -> !text.isBlank());
  }
}

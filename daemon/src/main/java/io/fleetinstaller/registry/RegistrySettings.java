package io.fleetinstaller.registry;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where packages come from and how they are asked for.
 *
 * @param repositories tried in this order, e.g. {@code
 *     https://registry.example.com/agents/{package}} or {@code file:/srv/layouts/{package}}; {@code
 *     {package}} stands for the package's name
 * @param authFile docker's config.json; null: nobody is logged in
 * @param ca PEM certificates that are trusted beside the system's own; null: none
 */
public record RegistrySettings(
    List<String> repositories,
    @Nullable Path authFile,
    @Nullable Path ca,
    Proxy proxy,
    Patience patience) {

  /** No repository at all: nothing can be pulled, and every pull says so. */
  public static final RegistrySettings NONE = of(List.of());

  public RegistrySettings {
    repositories = List.copyOf(repositories);
    repositories.forEach(Address::check);
  }

  /** These repositories, everything else as it is by default. */
  public static RegistrySettings of(List<String> repositories) {
    return new RegistrySettings(repositories, null, null, Proxy.NONE, Patience.DEFAULT);
  }

  /**
   * Proxies by the scheme of what is asked for, {@code http://[user:password@]host:port}; what is
   * null here is looked up in the environment.
   *
   * @param noProxy hosts, {@code .domain} suffixes, addresses, networks ({@code 10.0.0.0/8}) or
   *     {@code *}; null: as the environment says
   */
  public record Proxy(@Nullable URI http, @Nullable URI https, @Nullable List<String> noProxy) {
    public static final Proxy NONE = new Proxy(null, null, null);

    public Proxy {
      noProxy = noProxy == null ? null : List.copyOf(noProxy);
      check(http);
      check(https);
    }

    private static void check(@Nullable URI proxy) {
      if (proxy != null && (!"http".equals(proxy.getScheme()) || proxy.getHost() == null)) {
        throw new IllegalArgumentException(
            "it must be a proxy as http://host:port or http://user:password@host:port");
      }
    }

    // Passwords stay out of logs.
    @Override
    public String toString() {
      return "Proxy[http=%s, https=%s, noProxy=%s]".formatted(bare(http), bare(https), noProxy);
    }

    private static @Nullable String bare(@Nullable URI proxy) {
      return proxy == null ? null : proxy.getHost() + ":" + proxy.getPort();
    }
  }

  /**
   * How long to wait for what.
   *
   * @param connect until a connection stands
   * @param silence without a byte in or out
   * @param document for one small document, from asking to its last byte
   * @param floorRate bytes per second that a download must deliver over each floorWindow
   * @param tries how often in a row something may fail without progress
   * @param longestPause between two tries, whatever the other side asks for
   */
  public record Patience(
      Duration connect,
      Duration silence,
      Duration document,
      long floorRate,
      Duration floorWindow,
      int tries,
      Duration longestPause) {
    public static final Patience DEFAULT =
        new Patience(
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Duration.ofMinutes(1),
            10 * 1024,
            Duration.ofSeconds(30),
            6,
            Duration.ofSeconds(30));

    public Patience {
      if (tries < 1 || floorRate < 0) {
        throw new IllegalArgumentException("tries must be 1 or more, the floor rate 0 or more");
      }
    }

    /** The same patience with another floor rate, in bytes per second; 0: none. */
    public Patience withFloorRate(long bytesPerSecond) {
      return new Patience(
          connect, silence, document, bytesPerSecond, floorWindow, tries, longestPause);
    }
  }
}

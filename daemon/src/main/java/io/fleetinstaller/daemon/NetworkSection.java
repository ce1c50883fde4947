package io.fleetinstaller.daemon;

import io.fleetinstaller.desired.Window;
import io.fleetinstaller.http.Connections;
import io.fleetinstaller.http.Patience;
import io.fleetinstaller.http.ProxySettings;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Sizes;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Fault.Refused;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The sections {@code network} and {@code registry} of installer.yaml. */
final class NetworkSection {
  private static final long SLOWEST = 1024;

  private NetworkSection() {}

  /** What the section {@code network} says. */
  record Network(Connections connections, DownloadLimit limit) {
    static final Network DEFAULT = new Network(Connections.DEFAULT, DownloadLimit.NONE);
  }

  static Network network(Optional<Document> network) throws Refused {
    if (network.isEmpty()) {
      return Network.DEFAULT;
    }
    Document document = network.get();
    Path ca = SettingsFile.absolute(document, "ca").orElse(null);
    Optional<Document> proxy = document.optionalObject("proxy");
    long floor =
        document.optionalValue("floorRate", Sizes::parse).orElse(Patience.DEFAULT.floorRate());
    Optional<Document> limit = document.optionalObject("limit");
    document.done();
    ProxySettings through = proxy.isPresent() ? proxy(proxy.get()) : ProxySettings.NONE;
    return new Network(
        new Connections(ca, through, Patience.DEFAULT.withFloorRate(floor)),
        limit.isPresent() ? limit(limit.get()) : DownloadLimit.NONE);
  }

  private static DownloadLimit limit(Document document) throws Refused {
    long rate = document.value("rate", Sizes::parse);
    if (rate < SLOWEST) {
      throw document.refuse("rate", "a package would take for ever; allowed is 1KiB and more");
    }
    Optional<Document> during = document.optionalObject("during");
    document.done();
    return new DownloadLimit(
        rate, during.isPresent() ? Optional.of(Window.of(during.get())) : Optional.empty());
  }

  private static ProxySettings proxy(Document document) throws Refused {
    URI http = document.optionalValue("http", ProxySettings::parse).orElse(null);
    URI https = document.optionalValue("https", ProxySettings::parse).orElse(null);
    List<String> noProxy = document.has("noProxy") ? document.texts("noProxy") : null;
    document.done();
    return new ProxySettings(http, https, noProxy);
  }

  static RegistrySettings registry(Optional<Document> registry, Connections network)
      throws Refused {
    if (registry.isEmpty()) {
      return RegistrySettings.of(List.of()).over(network);
    }
    Document document = registry.get();
    List<String> repositories = document.texts("repositories");
    Path authFile = SettingsFile.absolute(document, "authFile").orElse(null);
    document.done();
    try {
      return new RegistrySettings(repositories, authFile, network);
    } catch (IllegalArgumentException e) {
      throw document.refuse("repositories", e);
    }
  }
}

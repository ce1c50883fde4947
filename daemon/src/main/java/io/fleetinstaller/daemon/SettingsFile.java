package io.fleetinstaller.daemon;

import io.fleetinstaller.http.Patience;
import io.fleetinstaller.http.ProxySettings;
import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Sizes;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Fault.Transient;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads installer.yaml. Every key is optional, no other key is allowed. */
public final class SettingsFile {
  private static final int LIMIT = 1 << 20;
  private static final Duration SHORTEST_POLL = Duration.ofSeconds(1);

  private SettingsFile() {}

  /**
   * Reads the file whole.
   *
   * @param mayBeMissing a missing file means the defaults; else it is refused
   * @throws Refused when anything in it is not understood; nothing of it is used then
   */
  public static Settings read(Path file, boolean mayBeMissing) throws Fault {
    try {
      return parse(Document.yaml(file.toString(), Bounded.read(file, LIMIT)));
    } catch (NoSuchFileException e) {
      if (mayBeMissing) {
        return Settings.DEFAULT;
      }
      throw new Refused(
          ReasonCode.BAD_SETTINGS, "cannot read settings %s: it does not exist".formatted(file));
    } catch (IOException e) {
      throw new Transient(
          ReasonCode.IO_ERROR, "cannot read settings %s: %s".formatted(file, e.getMessage()));
    }
  }

  private static Settings parse(Document document) throws Refused {
    Settings settings =
        new Settings(
            source(document.optionalObject("source")),
            poll(document.optionalObject("poll")),
            registry(document.optionalObject("registry")),
            paths(document.optionalObject("paths")),
            socketGroup(document.optionalObject("socket")),
            reserve(document.optionalObject("disk")));
    document.done();
    return settings;
  }

  private static @Nullable Path source(Optional<Document> source) throws Refused {
    if (source.isEmpty()) {
      return null;
    }
    Path file = absolute(source.get(), "file").orElse(null);
    source.get().done();
    return file;
  }

  private static Duration poll(Optional<Document> poll) throws Refused {
    if (poll.isEmpty()) {
      return Settings.DEFAULT.pollInterval();
    }
    Duration interval = poll.get().duration("interval", Settings.DEFAULT.pollInterval());
    poll.get().done();
    if (interval.compareTo(SHORTEST_POLL) < 0) {
      throw poll.get().refuse("interval", "it must be 1s or longer");
    }
    return interval;
  }

  private static RegistrySettings registry(Optional<Document> registry) throws Refused {
    if (registry.isEmpty()) {
      return RegistrySettings.NONE;
    }
    Document document = registry.get();
    List<String> repositories = document.texts("repositories");
    Path authFile = absolute(document, "authFile").orElse(null);
    Path ca = absolute(document, "ca").orElse(null);
    Optional<Document> proxy = document.optionalObject("proxy");
    long floor =
        document.optionalValue("floorRate", Sizes::parse).orElse(Patience.DEFAULT.floorRate());
    document.done();
    Patience patience = Patience.DEFAULT.withFloorRate(floor);
    ProxySettings through = proxy.isPresent() ? proxy(proxy.get()) : ProxySettings.NONE;
    try {
      return new RegistrySettings(repositories, authFile, ca, through, patience);
    } catch (IllegalArgumentException e) {
      throw document.refuse("repositories", String.valueOf(e.getMessage()));
    }
  }

  private static ProxySettings proxy(Document document) throws Refused {
    URI http = document.optionalValue("http", URI::create).orElse(null);
    URI https = document.optionalValue("https", URI::create).orElse(null);
    List<String> noProxy = document.has("noProxy") ? document.texts("noProxy") : null;
    document.done();
    try {
      return new ProxySettings(http, https, noProxy);
    } catch (IllegalArgumentException e) {
      throw document.refuse(http == null ? "https" : "http", String.valueOf(e.getMessage()));
    }
  }

  private static Settings.Paths paths(Optional<Document> paths) throws Refused {
    if (paths.isEmpty()) {
      return Settings.Paths.DEFAULT;
    }
    Settings.Paths otherwise = Settings.Paths.DEFAULT;
    Settings.Paths found =
        new Settings.Paths(
            absolute(paths.get(), "packages").orElse(otherwise.packages()),
            absolute(paths.get(), "state").orElse(otherwise.state()),
            absolute(paths.get(), "socket").orElse(otherwise.socket()));
    paths.get().done();
    return found;
  }

  private static @Nullable String socketGroup(Optional<Document> socket) throws Refused {
    if (socket.isEmpty()) {
      return null;
    }
    String group = socket.get().optionalText("group").orElse(null);
    socket.get().done();
    return group;
  }

  private static long reserve(Optional<Document> disk) throws Refused {
    if (disk.isEmpty()) {
      return Settings.DEFAULT.diskReserve();
    }
    long reserve =
        disk.get().optionalValue("reserve", Sizes::parse).orElse(Settings.DEFAULT.diskReserve());
    disk.get().done();
    return reserve;
  }

  private static Optional<Path> absolute(Document document, String key) throws Refused {
    return document.optionalValue(key, SettingsFile::absolute);
  }

  private static Path absolute(String text) {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return path.normalize();
      }
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          "'%s' is not a path: %s".formatted(text, e.getReason()), e);
    }
    throw new IllegalArgumentException("'%s' must be an absolute path".formatted(text));
  }
}

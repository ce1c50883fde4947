package io.fleetinstaller.daemon;

import io.fleetinstaller.daemon.Settings.From;
import io.fleetinstaller.desired.HostPolicy;
import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Sizes;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Fault.Transient;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads installer.yaml. Every key is optional, no other key is allowed. */
public final class SettingsFile {
  private static final int LIMIT = 1 << 20;

  private SettingsFile() {}

  /**
   * Reads the file whole.
   *
   * @param mayBeMissing a missing file means the defaults; else it is refused
   * @throws Refused when anything in it is not understood; nothing of it is used then
   */
  public static Settings read(Path file, boolean mayBeMissing) throws Fault {
    if (!mayBeMissing && Files.notExists(file)) {
      throw new Refused(
          ReasonCode.BAD_SETTINGS, "cannot read settings %s: it does not exist".formatted(file));
    }
    return written(file).orElse(Settings.DEFAULT);
  }

  /** What the file says; nothing while there is none, or not a byte in it. */
  static Optional<Settings> written(Path file) throws Fault {
    try {
      byte[] bytes = Bounded.read(file, LIMIT);
      return bytes.length == 0
          ? Optional.empty()
          : Optional.of(parse(Document.yaml(file.toString(), bytes)));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw new Transient(
          ReasonCode.IO_ERROR, "cannot read settings %s: %s".formatted(file, e.getMessage()));
    }
  }

  /** The paths of a file that may be refused for something else; the usual ones if it has none. */
  static Settings.Paths paths(Path file) {
    try {
      return paths(
          Document.yaml(file.toString(), Bounded.read(file, LIMIT)).optionalObject("paths"));
    } catch (IOException | Refused _) {
      return Settings.Paths.DEFAULT;
    }
  }

  private static Settings parse(Document document) throws Refused {
    NetworkSection.Network network = NetworkSection.network(document.optionalObject("network"));
    From source = SourceSection.source(document.optionalObject("source"));
    RegistrySettings registry =
        NetworkSection.registry(document.optionalObject("registry"), network.connections());
    Settings settings =
        new Settings(
            source,
            SourceSection.selection(document),
            policy(document.optionalObject("policy")),
            SourceSection.poll(document.optionalObject("poll")),
            SourceSection.report(document.optionalObject("report")),
            network.connections(),
            network.limit(),
            SourceSection.packages(source).map(registry::after).orElse(registry),
            paths(document.optionalObject("paths")),
            socketGroup(document.optionalObject("socket")),
            reserve(document.optionalObject("disk")),
            document.flag("allowUnsigned", false));
    document.done();
    check(document, "source", settings::signedSource);
    check(document, "host", settings.selection()::check);
    check(document, "report", settings::reports);
    return settings;
  }

  private static void check(Document document, String key, Runnable use) throws Refused {
    try {
      use.run();
    } catch (IllegalArgumentException e) {
      throw document.refuse(key, e);
    }
  }

  private static HostPolicy policy(Optional<Document> policy) throws Refused {
    return policy.isPresent() ? HostPolicy.of(policy.get()) : HostPolicy.NONE;
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
            absolute(paths.get(), "socket").orElse(otherwise.socket()),
            absolute(paths.get(), "trustRoot").orElse(otherwise.trustRoot()),
            absolute(paths.get(), "datadogConfig").orElse(otherwise.datadogConfig()));
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

  static Optional<Path> absolute(Document document, String key) throws Refused {
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

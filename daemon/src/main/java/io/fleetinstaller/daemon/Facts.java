package io.fleetinstaller.daemon;

import io.fleetinstaller.daemon.Settings.From;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.report.DaemonReport;
import io.fleetinstaller.report.HostStatus;
import io.fleetinstaller.report.TrustedConfig;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What there is to say of the machine and of the daemon itself. Thread-safe. */
final class Facts {
  private final LiveSettings settings;
  private final Source source;
  private final HostIdentity identity;
  private final HostStatus.Daemon self;

  Facts(LiveSettings settings, Source source, HostIdentity identity, HostStatus.Daemon self) {
    this.settings = settings;
    this.source = source;
    this.identity = identity;
    this.self = self;
  }

  /** This very process, begun now. */
  static HostStatus.Daemon self(String hostKind, Time time) {
    return new HostStatus.Daemon(version(), hostKind, ProcessHandle.current().pid(), time.now());
  }

  HostStatus.Machine machine() {
    return new HostStatus.Machine(identity.name(), Platform.ofThisHost(), os());
  }

  DaemonReport report() {
    return new DaemonReport(self.version(), self.pid(), Formats.now());
  }

  HostStatus.Daemon daemon() {
    return self;
  }

  HostStatus.Input settings() {
    LiveSettings.State state = settings.state();
    return new HostStatus.Input(
        settings.file().toString(), Optional.of(state.lastGood()), state.error());
  }

  HostStatus.Input source() {
    Source.State state = source.state();
    return new HostStatus.Input(place(settings.now().source()), state.lastGood(), state.error());
  }

  private static String place(From from) {
    return switch (from) {
      case From.Nowhere _ -> "none";
      case From.DesiredFile(Path file) -> file.toString();
      case From.Signed(List<String> mirrors) -> mirrors.getFirst();
    };
  }

  HostStatus.Identity identity() {
    Settings.Selection selection = settings.now().selection();
    return new HostStatus.Identity(
        identity.id(selection), selection.tags(), selection.channels(), selection.groups());
  }

  Optional<TrustedConfig> trusted() {
    return source.state().trusted();
  }

  HostStatus.Space space() {
    Path packages = settings.now().paths().packages();
    try {
      FileStore store = Files.getFileStore(packages);
      return new HostStatus.Space(
          packages.toString(),
          store.getUsableSpace(),
          store.getTotalSpace(),
          settings.now().diskReserve());
    } catch (IOException _) {
      return new HostStatus.Space(packages.toString(), 0, 0, settings.now().diskReserve());
    }
  }

  static String version() {
    return Optional.ofNullable(Facts.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  private static String os() {
    try {
      return Files.readString(Path.of("/etc/os-release"))
          .lines()
          .filter(line -> line.startsWith("PRETTY_NAME="))
          .map(line -> line.substring("PRETTY_NAME=".length()).replace("\"", ""))
          .findFirst()
          .orElse(System.getProperty("os.name"));
    } catch (IOException _) {
      return System.getProperty("os.name");
    }
  }
}

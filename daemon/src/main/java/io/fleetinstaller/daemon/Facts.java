package io.fleetinstaller.daemon;

import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.report.HostStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** What there is to say of the machine and of the daemon itself. Thread-safe. */
final class Facts {
  private final LiveSettings settings;
  private final Source source;
  private final String hostKind;
  private final Instant since;

  Facts(LiveSettings settings, Source source, String hostKind, Time time) {
    this.settings = settings;
    this.source = source;
    this.hostKind = hostKind;
    this.since = time.now();
  }

  HostStatus.Machine machine() {
    return new HostStatus.Machine(hostName(), Platform.ofThisHost(), os());
  }

  HostStatus.Daemon daemon() {
    return new HostStatus.Daemon(version(), hostKind, ProcessHandle.current().pid(), since);
  }

  HostStatus.Input settings() {
    LiveSettings.State state = settings.state();
    return new HostStatus.Input(
        settings.file().toString(), Optional.of(state.lastGood()), state.error());
  }

  HostStatus.Input source() {
    Path file = settings.now().desiredFile();
    Source.State state = source.state();
    return new HostStatus.Input(
        file == null ? "none" : file.toString(), state.lastGood(), state.error());
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

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException _) {
      return "localhost";
    }
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

package io.fleetinstaller.daemon;

import io.fleetinstaller.desired.HostFacts;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Version;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What this host is called, by the settings and by the machine itself.
 *
 * @param worked the id of a host that the settings give none
 */
record HostIdentity(String worked, String name) {
  private static final Path MACHINE = Path.of("/etc/machine-id");
  private static final Path PRODUCT = Path.of("/sys/class/dmi/id/product_uuid");

  static HostIdentity ofThisMachine() {
    String name = hostName();
    return new HostIdentity(HostFacts.id(text(MACHINE), text(PRODUCT)).orElse(name), name);
  }

  String id(Settings.Selection selection) {
    String set = selection.id();
    return set == null ? worked : set;
  }

  /** What deployments may ask about it. */
  HostFacts facts(Settings.Selection selection) {
    return new HostFacts(
        id(selection), name, Platform.ofThisHost(), selection.tags(), new Version(Facts.version()));
  }

  private static Optional<String> text(Path file) {
    try {
      return Optional.of(Files.readString(file));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException _) {
      return "localhost";
    }
  }
}

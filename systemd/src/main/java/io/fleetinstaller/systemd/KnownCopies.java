package io.fleetinstaller.systemd;

import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.release.PackageName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In the guard's folder {@code known.PACKAGE}, a link to the copy that {@code current} named when
 * nothing was on trial. Where {@code current} is lost the guard makes it anew by that at boot:
 * before any agent starts, and the daemon, which could not start without its own.
 */
final class KnownCopies {
  private static final Logger LOG = LoggerFactory.getLogger(KnownCopies.class);

  private final Disk disk;
  private final Path packages;
  private final Path folder;

  KnownCopies(HostContext context) {
    this.disk = context.disk();
    this.packages = context.packages();
    this.folder = context.guard();
  }

  /** What {@code current} names now, if that is whole. A host without it is as well as before. */
  void learn(PackageName name) {
    try {
      Optional<Path> slot = named(name);
      if (slot.isPresent() && Files.isDirectory(folder) && !slot.equals(known(name))) {
        disk.point(link(name), slot.get());
      }
    } catch (IOException e) {
      LOG.warn("should current of {} be lost, boot will not mend it: {}", name, e.getMessage());
    }
  }

  /** What is known is about to be overtaken. */
  void forget(PackageName name) {
    try {
      disk.delete(link(name));
    } catch (IOException e) {
      LOG.warn("cannot forget what current of {} named: {}", name, e.getMessage());
    }
  }

  private Optional<Path> named(PackageName name) throws IOException {
    if (!Files.isSymbolicLink(current(name))) {
      return Optional.empty();
    }
    Path home = packages.resolve(name.value()).toRealPath();
    Path slot = home.resolve(Files.readSymbolicLink(current(name))).normalize();
    boolean ours = home.equals(slot.getParent());
    return ours && Files.exists(slot.resolve(".fleet-installer/valid"))
        ? Optional.of(slot)
        : Optional.empty();
  }

  private Optional<Path> known(PackageName name) throws IOException {
    return Files.isSymbolicLink(link(name))
        ? Optional.of(Files.readSymbolicLink(link(name)))
        : Optional.empty();
  }

  private Path current(PackageName name) {
    return packages.resolve(name.value()).resolve("current");
  }

  private Path link(PackageName name) {
    return folder.resolve("known." + name);
  }
}

package io.fleetinstaller.slots;

import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where things are in one package's folder. The folder, or the root of all, may be a link to
 * another disk: work is done behind it, so that what is renamed stays on one file system.
 *
 * @param folder the package's folder as configured, which people and units name
 * @param home the same folder with all links followed
 */
record Layout(PackageName name, Path folder, Path home) {
  static final String RESERVED = ".fleet-installer";
  static final String STAGING = ".staging";
  static final String BEGUN = ".begun";
  static final String CURRENT = "current";
  static final String PREVIOUS = "previous";

  static Layout of(Path root, PackageName name) throws IOException {
    Path folder = root.resolve(name.value());
    return new Layout(name, folder, Files.exists(folder) ? folder.toRealPath() : folder);
  }

  Path slot(Release release) {
    return home.resolve(release.slotName());
  }

  Path staging() {
    return home.resolve(STAGING);
  }

  Path staging(String slotName) {
    return staging().resolve(slotName);
  }

  /** What was staged when it was interrupted. */
  Path begun() {
    return home.resolve(BEGUN);
  }

  Path current() {
    return home.resolve(CURRENT);
  }

  Path previous() {
    return home.resolve(PREVIOUS);
  }

  /** The folder in this package's folder that a link names, however it is written. */
  Optional<Path> target(Path link) {
    try {
      Path said = home.resolve(Files.readSymbolicLink(link)).normalize();
      Path parent = said.getParent();
      boolean here = home.equals(parent) || folder.equals(parent) || sameAsHome(parent);
      return here ? Optional.of(home.resolve(said.getFileName())) : Optional.empty();
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  private boolean sameAsHome(@org.jspecify.annotations.Nullable Path parent) throws IOException {
    return parent != null && Files.isDirectory(parent) && parent.toRealPath().equals(home);
  }

  static boolean present(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }
}

package io.fleetinstaller.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Whether a folder is the daemon's alone. */
public final class OwnFolder {
  private static final int GROUP_OR_OTHERS_WRITE = 022;
  private static final Path SELF = Path.of("/proc/self");

  private OwnFolder() {}

  /** Who else could change what is in this folder; empty if nobody, or where nobody can tell. */
  public static Optional<String> threat(Path folder) throws IOException {
    if (!Posix.real(folder) || !Files.exists(SELF)) {
      return Optional.empty();
    }
    Object owner = attribute(folder, "unix:uid");
    int mode = (Integer) attribute(folder, "unix:mode");
    if (!owner.equals(attribute(SELF, "unix:uid"))) {
      return Optional.of("it belongs to user %s".formatted(owner));
    }
    return (mode & GROUP_OR_OTHERS_WRITE) == 0
        ? Optional.empty()
        : Optional.of("others may write to it, its mode is %04o".formatted(mode & 07777));
  }

  // Followed: /proc/self is a link to a folder that belongs to whoever looks.
  private static Object attribute(Path path, String name) throws IOException {
    return path.equals(SELF)
        ? Files.getAttribute(path, name)
        : Files.getAttribute(path, name, LinkOption.NOFOLLOW_LINKS);
  }
}

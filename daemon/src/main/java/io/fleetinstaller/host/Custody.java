package io.fleetinstaller.host;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * In whose hands a place is: ours, or those of another user who could put a link under our feet
 * while we work there.
 */
public final class Custody {
  private static final int MOST_LINKS = 20;

  private final Set<String> trusted;

  /** Trusts root and the user that we are. */
  public Custody() {
    this.trusted = new HashSet<>(List.of("root", System.getProperty("user.name")));
  }

  /**
   * The first user other than us who owns a directory on the way to this path; empty if there is
   * none. What is not there yet belongs to whoever makes it.
   *
   * @throws Fault.Refused when a link or a directory on the way can be changed by anybody
   */
  public Optional<String> holder(Path path) throws Fault {
    try {
      return holder(path, MOST_LINKS);
    } catch (IOException e) {
      throw new Fault.Transient(
          ReasonCode.IO_ERROR, "cannot look at the way to %s: %s".formatted(path, e.getMessage()));
    }
  }

  private Optional<String> holder(Path path, int links) throws IOException, Fault {
    Path at = path.getRoot();
    for (int index = 0; index < path.getNameCount(); index++) {
      // There is no link in what is behind us: one up is one up.
      at = at.resolve(path.getName(index)).normalize();
      PosixFileAttributes found;
      try {
        found = Files.readAttributes(at, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      } catch (NoSuchFileException _) {
        return Optional.empty();
      }
      boolean ours = trusted.contains(found.owner().getName());
      if (found.isSymbolicLink()) {
        requireSafe(ours && links > 0, at, "it is a link that its owner could turn elsewhere");
        // One link at a time: what it leads to may be a link of somebody else.
        Path target = at.resolveSibling(Files.readSymbolicLink(at));
        return holder(target.resolve(behind(path, index)), links - 1);
      }
      if (!ours) {
        return Optional.of(found.owner().getName());
      }
      requireSafe(!anybodyMayChange(at, found), at, "everybody may write there");
    }
    return Optional.empty();
  }

  private static Path behind(Path path, int index) {
    int count = path.getNameCount();
    return index + 1 < count ? path.subpath(index + 1, count) : Path.of("");
  }

  /** The sticky bit keeps others from renaming what they do not own. */
  private static boolean anybodyMayChange(Path directory, PosixFileAttributes found)
      throws IOException {
    boolean writable =
        found.permissions().contains(PosixFilePermission.OTHERS_WRITE)
            || (found.permissions().contains(PosixFilePermission.GROUP_WRITE)
                && !found.group().getName().equals(found.owner().getName()));
    int mode = (int) Files.getAttribute(directory, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    return found.isDirectory() && writable && (mode & 01000) == 0;
  }

  private static void requireSafe(boolean safe, Path path, String why) throws Fault {
    if (!safe) {
      throw new Fault.Refused(
          ReasonCode.INSECURE_FILE, "cannot put anything below %s: %s".formatted(path, why));
    }
  }
}

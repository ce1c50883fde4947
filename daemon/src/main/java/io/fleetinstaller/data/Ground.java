package io.fleetinstaller.data;

import io.fleetinstaller.host.Custody;
import io.fleetinstaller.host.Kept;
import io.fleetinstaller.io.Mounts;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;

/**
 * Where a directory of data lies: whether a snapshot can stand beside it, safe from others and with
 * renames between them.
 */
final class Ground {
  private static final int MOST_LINKS = 20;

  private final Custody custody = new Custody();

  /** Refuses what no snapshot could bring back; says how much there is. */
  Extent check(Kept kept) throws Fault, InterruptedException {
    Path data = kept.data();
    safe(data);
    if (!Files.exists(data, LinkOption.NOFOLLOW_LINKS)) {
      return Extent.NOTHING;
    }
    if (!Files.isDirectory(data, LinkOption.NOFOLLOW_LINKS)) {
      throw Trouble.refused(ReasonCode.CONFLICT, data, "it is no directory");
    }
    return Trouble.in(
        "look at the data in",
        data,
        () -> {
          refuseMounts(data);
          return Extent.of(data);
        });
  }

  /**
   * Refuses a path, as it is written, that anybody but us could lead elsewhere: what it leads to is
   * renamed.
   */
  void admit(Path written) throws Fault, InterruptedException {
    Path at = written;
    for (int links = 0; links < MOST_LINKS; links++) {
      safe(at);
      if (!Files.isSymbolicLink(at)) {
        return;
      }
      Path link = at;
      at = Trouble.in("find", written, () -> link.resolveSibling(Files.readSymbolicLink(link)));
    }
    throw Trouble.refused(ReasonCode.INSECURE_FILE, written, "it is a link without end");
  }

  /** Nobody but us may put anything where the snapshot will stand. */
  private void safe(Path data) throws Fault, InterruptedException {
    Path parent = data.resolveSibling("");
    Optional<String> holder = custody.holder(parent);
    boolean open = Trouble.in("look at the data in", data, () -> othersWrite(parent));
    if (holder.isPresent() || open) {
      throw Trouble.refused(
          ReasonCode.INSECURE_FILE,
          data,
          "%s may write in %s, where its snapshot would stand; let it lie in a directory that belongs to root"
              .formatted(holder.orElse("others"), parent));
    }
  }

  /** The sticky bit is no help: what is not there yet anybody could make. */
  private static boolean othersWrite(Path directory) throws IOException {
    if (!Files.exists(directory)
        || !directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return false;
    }
    PosixFileAttributes found = Files.readAttributes(directory, PosixFileAttributes.class);
    return found.permissions().contains(PosixFilePermission.OTHERS_WRITE)
        || (found.permissions().contains(PosixFilePermission.GROUP_WRITE)
            && !found.group().getName().equals(found.owner().getName()));
  }

  /** A rename takes no mount with it, and no copy should reach into another file system. */
  private static void refuseMounts(Path data) throws IOException, Fault {
    for (Path point : Mounts.ours()) {
      if (point.startsWith(data)) {
        throw Trouble.refused(
            ReasonCode.CONFLICT,
            data,
            "a file system is mounted on %s; a snapshot must be on the same one, so name a directory inside it"
                .formatted(point));
      }
    }
  }
}

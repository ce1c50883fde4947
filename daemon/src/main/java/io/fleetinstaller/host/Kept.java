package io.fleetinstaller.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * One directory of an agent's data and what stands beside it, on the same file system, so that only
 * renames lie between them.
 *
 * @param snapshot what it was before the candidate first started; no directory: there was none
 * @param data where the agent finds it
 * @param aside what a candidate that was taken back has made of it
 */
public record Kept(Path snapshot, Path data, Path aside) {
  private static final String OURS = ".fleet-installer-";

  /** What this upgrade keeps of the directory at this path, which goes through no link. */
  public static Kept of(Path data, String upgradeId) {
    return new Kept(
        beside(data, "snapshot-" + upgradeId), data, beside(data, "aside-" + upgradeId));
  }

  /** A name of ours beside the directory. */
  public static Path beside(Path data, String what) {
    return data.resolveSibling("." + data.getFileName() + OURS + what);
  }

  /** The path without links; of what is not there, as far as it is there. */
  public static Path real(Path path) throws IOException {
    try {
      return path.toRealPath();
    } catch (NoSuchFileException e) {
      Path parent = path.getParent();
      if (parent == null || Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      return real(parent).resolve(path.getFileName());
    }
  }
}

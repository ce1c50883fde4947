package io.fleetinstaller.io;

import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;

/**
 * One entry of a tar archive, as its headers say and nothing checked but their form.
 *
 * @param name as it stands there, with a slash at the end if it has one
 * @param mode the twelve bits that chmod(2) knows
 * @param size length of the file, holes included; 0 for what is not a file
 * @param link where a symbolic link leads, or which entry a hard link is another name of; else
 *     empty
 * @param xattrs values by full name, e.g. {@code security.capability}
 * @param extents where in the file the stored bytes go, in order; what lies between is holes
 */
public record TarEntry(
    String name,
    Kind kind,
    int mode,
    Owner owner,
    FileTime modified,
    long size,
    String link,
    Map<String, byte[]> xattrs,
    List<Extent> extents) {
  public TarEntry {
    xattrs = Map.copyOf(xattrs);
    extents = List.copyOf(extents);
  }

  /** The same of another owner. */
  public TarEntry ownedBy(Owner other) {
    return new TarEntry(name, kind, mode, other, modified, size, link, xattrs, extents);
  }

  /** The same without a word of its holes. */
  public TarEntry whole() {
    return new TarEntry(name, kind, mode, owner, modified, size, link, xattrs, List.of());
  }

  /** What an entry makes. */
  public enum Kind {
    FILE,
    DIRECTORY,
    SYMLINK,
    HARDLINK,
    DEVICE,
    FIFO,
    UNKNOWN
  }

  /** Who shall own it; a name that is empty says nothing. */
  public record Owner(long uid, long gid, String user, String group) {
    public static final Owner ROOT = new Owner(0, 0, "root", "root");
  }

  /** Some stored bytes of a file. */
  public record Extent(long offset, long length) {
    long end() {
      return offset + length;
    }
  }
}

package io.fleetinstaller.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Every change that the product makes to its own state, slots and unit files. A change is durable
 * when its method returns. Modes are exact whatever the umask. Reading needs no door.
 */
public interface Disk {

  /** Makes the directory and its missing parents; those it makes get this octal mode, e.g. 0755. */
  void createDirectories(Path directory, int mode) throws IOException;

  /**
   * Replaces a whole file at once: a reader sees the old bytes or the new, also after a power cut.
   */
  void replace(Path file, byte[] content, int mode) throws IOException;

  /** Makes the symbolic link name this target, in one rename(2) over whatever link was there. */
  void point(Path link, Path target) throws IOException;

  /** Renames; both directories are durable after. The target must not exist, or be a file. */
  void move(Path from, Path to) throws IOException;

  /** Deletes a file, a link (not what it names) or an empty directory; nothing there is fine. */
  void delete(Path path) throws IOException;

  /** Deletes a directory with everything in it, following no links; nothing there is fine. */
  void deleteTree(Path directory) throws IOException;

  /** Makes everything below the directory durable, names and contents. */
  void sync(Path directory) throws IOException;

  /** Opens a file for appending, made with mode 0600 if missing; the directory entry is durable. */
  Appender append(Path file) throws IOException;

  /** An append-only file. Not thread-safe. */
  interface Appender extends Closeable {

    /**
     * Writes at the end of what counts and makes it durable. After a failure, what counts has not
     * grown.
     */
    void append(byte[] bytes) throws IOException;

    /**
     * Allocates this many bytes after the end with NULs, so that appending them cannot meet a full
     * disk.
     */
    void reserve(int bytes) throws IOException;

    /** Drops everything behind this length. */
    void truncate(long length) throws IOException;
  }
}

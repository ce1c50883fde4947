package io.fleetinstaller.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fills a directory that counts for nothing yet, fast. Nothing made here is durable before {@link
 * Disk#sync}; everything made must be new, and no link is ever followed at the end of a path.
 */
public interface Scratch {

  /** What may still be written on the file system of this directory. */
  Free free(Path directory) throws IOException;

  /** Makes one directory, for ourselves until it gets its attributes. */
  void directory(Path directory) throws IOException;

  /** Makes one empty file to write into. */
  Output file(Path file) throws IOException;

  void symlink(Path link, String target) throws IOException;

  /** Makes a link that names the same as another, to the last byte. */
  default void copyLink(Path link, Path other) throws IOException {
    symlink(link, java.nio.file.Files.readSymbolicLink(other).toString());
  }

  /**
   * Lets an empty file share the bytes of a whole one, each written to apart from then on; false
   * where the file system cannot.
   */
  default boolean share(Path file, Held whole) throws IOException {
    return false;
  }

  /** Gives the file another name. */
  void hardlink(Path link, Path file) throws IOException;

  /** Takes such a name away again. */
  void unlink(Path link) throws IOException;

  /** Owner first, because changing it takes special bits and capabilities away. */
  void attributes(Path path, Attributes attributes) throws IOException;

  /** A file being written. Not thread-safe. */
  interface Output extends Closeable {

    /** What is never written up to the end of the file stays a hole. */
    void write(byte[] bytes, int offset, int length, long position) throws IOException;

    /** Gives the file its length when it ends in a hole. */
    void extend(long size) throws IOException;

    /**
     * Shares bytes of another file on the disk, each file written to apart from then on; false
     * where the file system cannot. Both places begin with a block, and the end is that of a block
     * or of the other file.
     */
    boolean share(Held source, long from, long length, long position) throws IOException;

    /** Reads back what the file has, shared or written; how many bytes, or -1 at its end. */
    int read(byte[] into, int offset, int length, long position) throws IOException;

    /** As {@link Scratch#attributes}, behind the last byte. */
    void attributes(Attributes attributes) throws IOException;
  }

  /**
   * What a file has beside its content.
   *
   * @param mode null: leave it, as for links
   * @param owner null: leave it to ourselves
   * @param modified null: leave it
   */
  record Attributes(
      @Nullable Integer mode,
      @Nullable Owner owner,
      @Nullable FileTime modified,
      Map<String, byte[]> xattrs) {
    public Attributes {
      xattrs = Map.copyOf(xattrs);
    }

    /** This mode and nothing else. */
    public static Attributes mode(int mode) {
      return new Attributes(mode, null, null, Map.of());
    }
  }

  /** The numbers of a user and a group, as 32 bits without sign. */
  record Owner(int uid, int gid) {}

  /** Room on a file system; as many inodes as can be counted where nobody counts them. */
  record Free(long bytes, long inodes) {}
}

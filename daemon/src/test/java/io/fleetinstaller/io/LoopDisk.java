package io.fleetinstaller.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A real file system of its own in a file, mounted as long as the test lasts. Needs root. */
public record LoopDisk(Path mount) implements AutoCloseable {

  /**
   * Makes one in an empty folder.
   *
   * @param type e.g. {@code xfs}
   */
  public static LoopDisk make(Path folder, String type) throws Exception {
    Path image = folder.resolve("disk-" + type);
    Path mount = Files.createDirectories(folder.resolve(type));
    Needs.root();
    Needs.the(
        ran("truncate", "-s", "400M", image.toString())
            && ran("mkfs." + type, "-q", image.toString())
            && ran("mount", "-t", type, "-o", "loop", image.toString(), mount.toString()),
        "mkfs.%s and the right to mount".formatted(type));
    return new LoopDisk(mount);
  }

  @Override
  public void close() throws IOException {
    try {
      if (!ran("umount", mount.toString())) {
        throw new AssertionError(mount + " is still mounted");
      }
    } catch (InterruptedException e) {
      throw (IOException) new InterruptedIOException("not unmounted").initCause(e);
    }
  }

  private static boolean ran(String... words) throws InterruptedException {
    try {
      return new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException _) {
      return false;
    }
  }
}

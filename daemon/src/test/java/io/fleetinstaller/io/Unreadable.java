package io.fleetinstaller.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;

/** A file that can be opened, and fails when it is read, as one on a bad sector. Needs root. */
public record Unreadable(Path file) implements AutoCloseable {

  /** Makes this file one, until it is closed. */
  public static Unreadable make(Path file) throws Exception {
    Needs.root();
    // No page of a process lies at its beginning: reading there is an I/O error.
    Path memory = Path.of("/proc/%d/mem".formatted(ProcessHandle.current().pid()));
    Needs.the(
        run("mount", "--bind", memory.toString(), file.toString()) == 0, "the right to mount");
    return new Unreadable(file);
  }

  @Override
  public void close() throws IOException {
    try {
      if (run("umount", file.toString()) != 0) {
        throw new AssertionError(file + " is still mounted");
      }
    } catch (InterruptedException e) {
      throw (IOException) new InterruptedIOException("not unmounted").initCause(e);
    }
  }

  private static int run(String... words) throws IOException, InterruptedException {
    return new ProcessBuilder(words).inheritIO().start().waitFor();
  }
}

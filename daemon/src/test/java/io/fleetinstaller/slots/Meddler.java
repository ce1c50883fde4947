package io.fleetinstaller.slots;

import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Held;
import io.fleetinstaller.io.Scratch;
import java.io.IOException;
import java.nio.file.Path;

/** The real disk, where somebody has other bytes in the old file just while they are shared. */
record Meddler(Scratch scratch, Meddling before, Meddling after) implements Scratch {

  /** What is done to the old file. */
  @FunctionalInterface
  interface Meddling {
    void run() throws IOException;
  }

  Meddler(Meddling before, Meddling after) {
    this(new FileScratch(), before, after);
  }

  @Override
  public Free free(Path directory) throws IOException {
    return scratch.free(directory);
  }

  @Override
  public void directory(Path directory) throws IOException {
    scratch.directory(directory);
  }

  @Override
  public Output file(Path file) throws IOException {
    Output out = scratch.file(file);
    return new Output() {
      @Override
      public void write(byte[] bytes, int offset, int length, long position) throws IOException {
        out.write(bytes, offset, length, position);
      }

      @Override
      public void extend(long size) throws IOException {
        out.extend(size);
      }

      @Override
      public boolean share(Held source, long from, long length, long position) throws IOException {
        before.run();
        try {
          return out.share(source, from, length, position);
        } finally {
          after.run();
        }
      }

      @Override
      public int read(byte[] into, int offset, int length, long position) throws IOException {
        return out.read(into, offset, length, position);
      }

      @Override
      public void attributes(Attributes attributes) throws IOException {
        out.attributes(attributes);
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  @Override
  public void symlink(Path link, String target) throws IOException {
    scratch.symlink(link, target);
  }

  @Override
  public void hardlink(Path link, Path file) throws IOException {
    scratch.hardlink(link, file);
  }

  @Override
  public void attributes(Path path, Attributes attributes) throws IOException {
    scratch.attributes(path, attributes);
  }
}

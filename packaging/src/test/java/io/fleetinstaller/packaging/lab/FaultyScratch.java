package io.fleetinstaller.packaging.lab;

import io.fleetinstaller.io.Held;
import io.fleetinstaller.io.Scratch;
import java.io.IOException;
import java.nio.file.Path;

/** Staging whose every change is a fault point. */
record FaultyScratch(Scratch scratch, FaultPoints points, Names names) implements Scratch {

  @Override
  public Free free(Path directory) throws IOException {
    return scratch.free(directory);
  }

  @Override
  public void directory(Path directory) throws IOException {
    grow("stage directory", directory, () -> scratch.directory(directory));
  }

  @Override
  public Output file(Path file) throws IOException {
    Output[] made = new Output[1];
    grow("stage", file, () -> made[0] = scratch.file(file));
    return new FaultyOutput(made[0], file);
  }

  @Override
  public void symlink(Path link, String target) throws IOException {
    grow("stage link", link, () -> scratch.symlink(link, target));
  }

  @Override
  public void copyLink(Path link, Path other) throws IOException {
    grow("stage link", link, () -> scratch.copyLink(link, other));
  }

  @Override
  public boolean share(Path file, Held whole) throws IOException {
    boolean[] shared = new boolean[1];
    grow("share", file, () -> shared[0] = scratch.share(file, whole));
    return shared[0];
  }

  @Override
  public void hardlink(Path link, Path file) throws IOException {
    grow("stage link", link, () -> scratch.hardlink(link, file));
  }

  @Override
  public void unlink(Path link) throws IOException {
    FaultyDisk.pass(points, names.of("delete", link), false, () -> scratch.unlink(link));
  }

  @Override
  public void attributes(Path path, Attributes attributes) throws IOException {
    FaultyDisk.pass(
        points, names.of("attributes", path), false, () -> scratch.attributes(path, attributes));
  }

  private void grow(String operation, Path path, FaultyDisk.Change change) throws IOException {
    FaultyDisk.pass(points, names.of(operation, path), true, change);
  }

  private final class FaultyOutput implements Output {
    private final Output output;
    private final Path file;

    FaultyOutput(Output output, Path file) {
      this.output = output;
      this.file = file;
    }

    @Override
    public void write(byte[] bytes, int offset, int length, long position) throws IOException {
      grow("write", file, () -> output.write(bytes, offset, length, position));
    }

    @Override
    public void extend(long size) throws IOException {
      grow("write", file, () -> output.extend(size));
    }

    @Override
    public boolean share(Held source, long from, long length, long position) throws IOException {
      boolean[] shared = new boolean[1];
      grow("share", file, () -> shared[0] = output.share(source, from, length, position));
      return shared[0];
    }

    @Override
    public int read(byte[] into, int offset, int length, long position) throws IOException {
      return output.read(into, offset, length, position);
    }

    @Override
    public void attributes(Attributes attributes) throws IOException {
      FaultyDisk.pass(
          points, names.of("attributes", file), false, () -> output.attributes(attributes));
    }

    @Override
    public void close() throws IOException {
      output.close();
    }
  }
}

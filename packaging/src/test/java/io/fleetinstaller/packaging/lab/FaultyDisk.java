package io.fleetinstaller.packaging.lab;

import io.fleetinstaller.io.Disk;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;

/** A disk whose every change is a fault point. */
record FaultyDisk(Disk disk, FaultPoints points, Names names) implements Disk {

  /** Something done to a file. */
  @FunctionalInterface
  interface Change {
    void make() throws IOException;
  }

  @Override
  public void createDirectories(Path directory, int mode) throws IOException {
    grow(names.of("create", directory), () -> disk.createDirectories(directory, mode));
  }

  @Override
  public void replace(Path file, byte[] content, int mode) throws IOException {
    grow(names.of("replace", file), () -> disk.replace(file, content, mode));
  }

  @Override
  public void point(Path link, Path target) throws IOException {
    grow(names.of("point", link), () -> disk.point(link, target));
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    change(names.of("move", from, to), () -> disk.move(from, to));
  }

  @Override
  public void delete(Path path) throws IOException {
    change(names.of("delete", path), () -> disk.delete(path));
  }

  @Override
  public void deleteTree(Path directory) throws IOException {
    change(names.of("delete", directory), () -> disk.deleteTree(directory));
  }

  @Override
  public void sync(Path directory) throws IOException {
    change(names.of("sync", directory), () -> disk.sync(directory));
  }

  @Override
  public Appender append(Path file) throws IOException {
    Appender[] opened = new Appender[1];
    grow(names.of("open", file), () -> opened[0] = disk.append(file));
    return new FaultyAppender(opened[0], file);
  }

  private void grow(String name, Change change) throws IOException {
    pass(points, name, true, change);
  }

  private void change(String name, Change change) throws IOException {
    pass(points, name, false, change);
  }

  static void pass(FaultPoints points, String name, boolean grows, Change change)
      throws IOException {
    try {
      points.<Boolean, IOException>pass(
          name,
          grows,
          () -> {
            change.make();
            return true;
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(e.getMessage());
    }
  }

  private final class FaultyAppender implements Appender {
    private final Appender appender;
    private final Path file;

    FaultyAppender(Appender appender, Path file) {
      this.appender = appender;
      this.file = file;
    }

    @Override
    public void append(byte[] bytes) throws IOException {
      grow(names.of("append", file), () -> appender.append(bytes));
    }

    @Override
    public void reserve(int bytes) throws IOException {
      grow(names.of("reserve", file), () -> appender.reserve(bytes));
    }

    @Override
    public void truncate(long length) throws IOException {
      change(names.of("truncate", file), () -> appender.truncate(length));
    }

    @Override
    public void close() throws IOException {
      appender.close();
    }
  }
}

package io.fleetinstaller.trust;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.DurableDisk;
import java.io.IOException;
import java.nio.file.Path;

/** A disk that works for so many effects; then it fails, or we are killed before the next one. */
final class FailingDisk implements Disk {
  private final Disk disk = new DurableDisk();
  private final boolean kills;
  private int left;

  FailingDisk(int effects, boolean kills) {
    this.left = effects;
    this.kills = kills;
  }

  /** Whether anything failed. */
  boolean struck() {
    return left < 0;
  }

  @Override
  public void createDirectories(Path directory, int mode) throws IOException {
    effect();
    disk.createDirectories(directory, mode);
  }

  @Override
  public void replace(Path file, byte[] content, int mode) throws IOException {
    effect();
    disk.replace(file, content, mode);
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    effect();
    disk.move(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    effect();
    disk.delete(path);
  }

  @Override
  public void point(Path link, Path target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void deleteTree(Path directory) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sync(Path directory) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Appender append(Path file) {
    throw new UnsupportedOperationException();
  }

  private void effect() throws IOException {
    left--;
    if (left < 0) {
      if (kills) {
        throw new Killed();
      }
      throw new IOException("No space left on device");
    }
  }

  /** The end of our process. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }
}

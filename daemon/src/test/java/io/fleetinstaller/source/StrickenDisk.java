package io.fleetinstaller.source;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.DurableDisk;
import java.io.IOException;
import java.nio.file.Path;

/** A disk on which one change goes wrong, that of this number, counted from 1. */
final class StrickenDisk implements Disk {
  private final Disk disk = new DurableDisk();
  private final Trouble trouble;
  private final int at;
  private int changes;
  private boolean dead;

  /** What goes wrong. */
  enum Trouble {
    /** The process is killed before the change. */
    KILL_BEFORE,
    /** The process is killed after the change. */
    KILL_AFTER,
    /** The change fails, once. */
    IO_ERROR
  }

  /** The end of the process, as far as a test can have it. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  StrickenDisk(Trouble trouble, int at) {
    this.trouble = trouble;
    this.at = at;
  }

  /** Whether so much was changed that the trouble came. */
  boolean struck() {
    return changes >= at;
  }

  private interface Change {
    void make() throws IOException;
  }

  private void change(Change change) throws IOException {
    if (dead) {
      throw new Killed();
    }
    boolean now = ++changes == at;
    if (now && trouble == Trouble.IO_ERROR) {
      throw new IOException("Input/output error");
    }
    dead = now;
    if (dead && trouble == Trouble.KILL_BEFORE) {
      throw new Killed();
    }
    change.make();
    if (dead) {
      throw new Killed();
    }
  }

  @Override
  public void createDirectories(Path directory, int mode) throws IOException {
    change(() -> disk.createDirectories(directory, mode));
  }

  @Override
  public void replace(Path file, byte[] content, int mode) throws IOException {
    change(() -> disk.replace(file, content, mode));
  }

  @Override
  public void point(Path link, Path target) throws IOException {
    change(() -> disk.point(link, target));
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    change(() -> disk.move(from, to));
  }

  @Override
  public void delete(Path path) throws IOException {
    change(() -> disk.delete(path));
  }

  @Override
  public void deleteTree(Path directory) throws IOException {
    change(() -> disk.deleteTree(directory));
  }

  @Override
  public void sync(Path directory) throws IOException {
    change(() -> disk.sync(directory));
  }

  @Override
  public Appender append(Path file) {
    throw new UnsupportedOperationException("a source appends to nothing");
  }
}

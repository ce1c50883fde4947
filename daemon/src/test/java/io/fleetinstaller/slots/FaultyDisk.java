package io.fleetinstaller.slots;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Held;
import io.fleetinstaller.io.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** A disk on which one thing goes wrong, at the effect of this number. Thread-safe. */
final class FaultyDisk implements Disk, Scratch {
  private final Disk disk = new DurableDisk();
  private final Scratch scratch = new FileScratch();
  private final Trouble trouble;
  private final int at;
  private Set<Path> volatileFiles = new HashSet<>();
  private int effects;
  private boolean dead;
  private boolean full;

  /** What goes wrong. */
  enum Trouble {
    /** We are killed before the effect. */
    KILL_BEFORE,
    /** We are killed after the effect. */
    KILL_AFTER,
    /** The machine loses its power after the effect: what was not made durable is empty. */
    POWER_CUT,
    /** The effect fails, once. */
    IO_ERROR,
    /** From here on there is no room for anything new. */
    FULL;

    boolean kills() {
      return this == KILL_BEFORE || this == KILL_AFTER || this == POWER_CUT;
    }
  }

  FaultyDisk(Trouble trouble, int at) {
    this.trouble = trouble;
    this.at = at;
  }

  /** Nothing ever goes wrong. */
  static FaultyDisk sound() {
    return new FaultyDisk(Trouble.IO_ERROR, Integer.MAX_VALUE);
  }

  Doors doors() {
    return new Doors(this, this, Parcel::read);
  }

  /** Whether so much was done that the trouble came. */
  synchronized boolean struck() {
    return effects >= at;
  }

  @Override
  public Free free(Path directory) throws IOException {
    return scratch.free(directory);
  }

  @Override
  public void createDirectories(Path directory, int mode) throws IOException {
    grow(() -> disk.createDirectories(directory, mode));
  }

  @Override
  public void replace(Path file, byte[] content, int mode) throws IOException {
    grow(() -> disk.replace(file, content, mode));
  }

  @Override
  public void point(Path link, Path target) throws IOException {
    grow(() -> disk.point(link, target));
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    effect(() -> {
      disk.move(from, to);
      volatileFiles =
          volatileFiles.stream()
              .map(file -> file.startsWith(from) ? to.resolve(from.relativize(file)) : file)
              .collect(Collectors.toSet());
    });
  }

  @Override
  public void delete(Path path) throws IOException {
    effect(() -> disk.delete(path));
  }

  @Override
  public void deleteTree(Path directory) throws IOException {
    effect(() -> disk.deleteTree(directory));
  }

  @Override
  public void sync(Path directory) throws IOException {
    effect(() -> {
      disk.sync(directory);
      volatileFiles.removeIf(file -> file.startsWith(directory));
    });
  }

  @Override
  public Appender append(Path file) {
    throw new UnsupportedOperationException("slots append to nothing");
  }

  @Override
  public void directory(Path directory) throws IOException {
    grow(() -> scratch.directory(directory));
  }

  @Override
  public Output file(Path file) throws IOException {
    Output[] made = new Output[1];
    grow(() -> {
      made[0] = scratch.file(file);
      volatileFiles.add(file);
    });
    return new FaultyOutput(made[0]);
  }

  @Override
  public void symlink(Path link, String target) throws IOException {
    grow(() -> scratch.symlink(link, target));
  }

  @Override
  public void hardlink(Path link, Path file) throws IOException {
    grow(() -> scratch.hardlink(link, file));
  }

  @Override
  public void unlink(Path link) throws IOException {
    scratch.unlink(link);
  }

  @Override
  public void attributes(Path path, Attributes attributes) throws IOException {
    effect(() -> scratch.attributes(path, attributes));
  }

  private synchronized void grow(Room.Effect effect) throws IOException {
    full |= trouble == Trouble.FULL && effects + 1 == at;
    if (full) {
      effects++;
      throw new IOException("No space left on device");
    }
    effect(effect);
  }

  private synchronized void effect(Room.Effect effect) throws IOException {
    if (dead) {
      throw new Killed();
    }
    effects++;
    boolean now = effects == at;
    if (now && trouble == Trouble.IO_ERROR) {
      throw new IOException("Input/output error");
    }
    if (now && trouble == Trouble.FULL) {
      full = true;
    }
    dead = now && trouble.kills();
    if (dead && trouble == Trouble.KILL_BEFORE) {
      throw new Killed();
    }
    run(effect);
    if (dead) {
      losePower();
      throw new Killed();
    }
  }

  private static void run(Room.Effect effect) throws IOException {
    try {
      effect.run();
    } catch (io.fleetinstaller.release.Fault e) {
      throw new AssertionError(e);
    }
  }

  private void losePower() throws IOException {
    if (trouble == Trouble.POWER_CUT) {
      for (Path file : volatileFiles) {
        if (Files.exists(file)) {
          Files.write(file, new byte[0]);
        }
      }
    }
  }

  /** The end of our process, as far as a test can have it. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  private final class FaultyOutput implements Output {
    private final Output output;

    FaultyOutput(Output output) {
      this.output = output;
    }

    @Override
    public void write(byte[] bytes, int offset, int length, long position) throws IOException {
      grow(() -> output.write(bytes, offset, length, position));
    }

    @Override
    public void extend(long size) throws IOException {
      grow(() -> output.extend(size));
    }

    @Override
    public boolean share(Held source, long from, long length, long position) throws IOException {
      boolean[] shared = new boolean[1];
      grow(() -> shared[0] = output.share(source, from, length, position));
      return shared[0];
    }

    @Override
    public int read(byte[] into, int offset, int length, long position) throws IOException {
      return output.read(into, offset, length, position);
    }

    @Override
    public void attributes(Attributes attributes) throws IOException {
      effect(() -> output.attributes(attributes));
    }

    @Override
    public void close() throws IOException {
      output.close();
    }
  }
}

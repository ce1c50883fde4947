package io.fleetinstaller.repo;

import io.fleetinstaller.io.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A disk whose user is killed at its n-th change of the working folder; nothing of that change is
 * left. Not durable, so that hundreds of stories take seconds.
 */
final class DyingDisk implements Disk {
  private int left;

  DyingDisk(int changes) {
    this.left = changes;
  }

  /** We were killed here. */
  static final class Dead extends Error {
    private static final long serialVersionUID = 1L;
  }

  void revive() {
    left = Integer.MAX_VALUE;
  }

  // What a visit keeps for itself is nobody's loss.
  private void change(Path path) {
    if (!path.toString().contains(".check") && left-- <= 0) {
      left = 0;
      throw new Dead();
    }
  }

  @Override
  public void createDirectories(Path directory, int mode) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(text(mode)));
    }
  }

  private static String text(int mode) {
    return mode == 0700 ? "rwx------" : mode == 0755 ? "rwxr-xr-x" : file(mode);
  }

  private static String file(int mode) {
    return mode == 0600 ? "rw-------" : "rw-r--r--";
  }

  @Override
  public void replace(Path file, byte[] content, int mode) throws IOException {
    change(file);
    Path fresh = file.resolveSibling("." + file.getFileName());
    Files.write(fresh, content);
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(text(mode)));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(Path path) throws IOException {
    change(path);
    Files.deleteIfExists(path);
  }

  @Override
  public void deleteTree(Path directory) throws IOException {
    change(directory);
    if (Files.exists(directory)) {
      try (Stream<Path> all = Files.walk(directory)) {
        List<Path> deepest = all.sorted(Comparator.reverseOrder()).toList();
        for (Path path : deepest) {
          Files.delete(path);
        }
      }
    }
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    change(to);
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void point(Path link, Path target) {
    throw new UnsupportedOperationException("no links here");
  }

  @Override
  public void sync(Path directory) {
    throw new UnsupportedOperationException("nothing here is made without its name");
  }

  @Override
  public Appender append(Path file) {
    throw new UnsupportedOperationException("no logs here");
  }
}

package io.fleetinstaller.daemon;

import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon's state once more, for whoever must be able to do with it what they like. */
final class StateCopy {
  private static final Logger LOG = LoggerFactory.getLogger(StateCopy.class);

  /** Of all files together; a host's state is a hundredth of it. */
  private static final int LARGEST = 64 << 20;

  /** Reports to come concern nobody else, and children and lock are those of one process. */
  private static final Set<String> LEFT_OUT = Set.of("reports", "children", "lock");

  private StateCopy() {}

  /** How a file is read: at most one byte more than the limit. */
  @FunctionalInterface
  interface Reading {
    byte[] read(Path file, int limit) throws IOException;
  }

  /**
   * Copies what there is, without links. What cannot be read is left out: the daemon that runs
   * lives with it, too.
   */
  static void make(Path state, Path copy, Disk disk) throws Fault {
    make(state, copy, disk, Bounded::read);
  }

  static void make(Path state, Path copy, Disk disk, Reading reading) throws Fault {
    try {
      disk.createDirectories(copy, 0700);
      int left = LARGEST;
      for (Path file : files(state)) {
        Optional<byte[]> bytes = read(file, left, reading);
        if (bytes.isPresent()) {
          left -= bytes.get().length;
          Path target = copy.resolve(state.relativize(file).toString());
          disk.createDirectories(target.resolveSibling(""), 0700);
          disk.replace(target, bytes.get(), 0600);
        }
      }
    } catch (IOException e) {
      throw new Fault.Broken(
          ReasonCode.STATE_DAMAGED,
          "cannot copy the state in %s to %s: %s; see fleet-installer doctor"
              .formatted(state, copy, e));
    }
  }

  private static List<Path> files(Path state) throws IOException {
    List<Path> files = new ArrayList<>();
    if (Files.exists(state)) {
      Files.walkFileTree(state, new Finder(state, files));
    }
    return files;
  }

  private static Optional<byte[]> read(Path file, int limit, Reading reading) {
    try {
      byte[] bytes = reading.read(file, limit);
      if (bytes.length <= limit) {
        return Optional.of(bytes);
      }
      LOG.warn("leaving {} out: all together is larger than {} bytes", file, LARGEST);
    } catch (NoSuchFileException _) {
      LOG.debug("{} has just been deleted", file);
    } catch (IOException e) {
      LOG.warn("leaving {} out: {}", file, e.getMessage());
    }
    return Optional.empty();
  }

  /** Passes by what cannot be listed, and what was set aside: no daemon reads that. */
  private static final class Finder extends SimpleFileVisitor<Path> {
    private final Path state;
    private final List<Path> files;

    Finder(Path state, List<Path> files) {
      this.state = state;
      this.files = files;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      return isOfUse(directory) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (attributes.isRegularFile() && isOfUse(file)) {
        files.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      LOG.warn("leaving {} out: {}", file, failure.getMessage());
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) {
      if (failure != null) {
        LOG.warn("leaving some of {} out: {}", directory, failure.getMessage());
      }
      return FileVisitResult.CONTINUE;
    }

    private boolean isOfUse(Path path) {
      Path below = state.relativize(path);
      return !LEFT_OUT.contains(below.getName(0).toString()) && !Quarantine.holds(path);
    }
  }
}

package io.fleetinstaller.daemon;

import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The daemon's state once more, for whoever must be able to do with it what they like. */
final class StateCopy {
  /** Of all files together; a host's state is a hundredth of it. */
  private static final int LARGEST = 64 << 20;

  /** Reports to come concern nobody else, and children and lock are those of one process. */
  private static final Set<String> LEFT_OUT = Set.of("reports", "children", "lock");

  private StateCopy() {}

  /** Copies what there is, without links. */
  static void make(Path state, Path copy, Disk disk) throws Fault {
    try {
      disk.createDirectories(copy, 0700);
      int left = LARGEST;
      for (Path file : files(state)) {
        byte[] bytes = read(file, left);
        left -= bytes.length;
        if (left < 0) {
          throw new IOException("it is larger than %d bytes".formatted(LARGEST));
        }
        Path target = copy.resolve(state.relativize(file).toString());
        disk.createDirectories(target.resolveSibling(""), 0700);
        disk.replace(target, bytes, 0600);
      }
    } catch (IOException e) {
      throw new Fault.Broken(
          ReasonCode.STATE_DAMAGED,
          "cannot read the state in %s: %s; see fleet-installer doctor".formatted(state, e));
    }
  }

  private static List<Path> files(Path state) throws IOException {
    if (!Files.exists(state)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(state)) {
      return all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .filter(file -> isOfUse(state.relativize(file)))
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** No daemon reads what was set aside, and it may be of any size. */
  private static boolean isOfUse(Path file) {
    return !LEFT_OUT.contains(file.getName(0).toString())
        && StreamSupport.stream(file.spliterator(), false).noneMatch(Quarantine::holds);
  }

  /** What the daemon that runs has just deleted is no part of it. */
  private static byte[] read(Path file, int limit) throws IOException {
    try {
      return Bounded.read(file, Math.max(0, limit));
    } catch (NoSuchFileException _) {
      return new byte[0];
    }
  }
}

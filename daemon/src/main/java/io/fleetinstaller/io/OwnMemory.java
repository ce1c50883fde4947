package io.fleetinstaller.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory of this process, of which it gives back what it can. The heap is collected, which
 * nothing else would do for days in a daemon that rests. What the compilers and zstd freed is given
 * back, which malloc(3) would keep for the next time. And the code and the classes that are mapped
 * from files are paged out (madvise(2), MADV_PAGEOUT, Linux 5.4): start and upgrades use most of
 * them, rest a small part, which comes back as it is touched. By itself each page would bring 31
 * neighbours along, until nearly all were back: not so at rest. Thread-safe.
 */
public final class OwnMemory implements Memory {
  private static final Logger LOG = LoggerFactory.getLogger(OwnMemory.class);
  private static final Path MAPS = Path.of("/proc/self/maps");
  private static final int FIELDS_BEFORE_THE_PATH = 5;
  private static final int HEXADECIMAL = 16;

  private boolean atRest;

  @Override
  public synchronized void giveBack() {
    System.gc();
    if (!Native.serves(MAPS)) {
      return;
    }
    NativeMemory.trim();
    List<Region> regions = readOnlyFiles();
    regions.forEach(it -> NativeMemory.readAhead(it.from(), it.length(), false));
    atRest = true;
    long refused =
        regions.stream().filter(it -> !NativeMemory.pageOut(it.from(), it.length())).count();
    LOG.debug("{} of {} mappings were not paged out", refused, regions.size());
  }

  @Override
  public synchronized void takeUp() {
    if (atRest) {
      atRest = false;
      readOnlyFiles().forEach(it -> NativeMemory.readAhead(it.from(), it.length(), true));
    }
  }

  /** All of it at once: what pages out must not wait for a file. */
  private static List<Region> readOnlyFiles() {
    try {
      return readOnlyFiles(Files.readAllLines(MAPS).stream()).toList();
    } catch (IOException e) {
      LOG.debug("cannot tell what of this process is mapped from files: {}", e.toString());
      return List.of();
    }
  }

  /** Addresses of this process. */
  record Region(long from, long to) {
    long length() {
      return to - from;
    }
  }

  /** What proc_pid_maps(5) tells of files that nobody writes to through this process. */
  static Stream<Region> readOnlyFiles(Stream<String> maps) {
    return maps.flatMap(line -> readOnlyFile(line).stream());
  }

  private static Optional<Region> readOnlyFile(String line) {
    String[] fields = line.split(" +", FIELDS_BEFORE_THE_PATH + 1);
    boolean ofFile = fields.length > FIELDS_BEFORE_THE_PATH && fields[5].startsWith("/");
    if (!ofFile || fields[1].contains("w")) {
      return Optional.empty();
    }
    String[] ends = fields[0].split("-", -1);
    return Optional.of(
        new Region(
            Long.parseUnsignedLong(ends[0], HEXADECIMAL),
            Long.parseUnsignedLong(ends[1], HEXADECIMAL)));
  }
}

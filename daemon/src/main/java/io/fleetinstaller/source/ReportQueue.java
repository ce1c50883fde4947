package io.fleetinstaller.source;

import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Fault.Transient;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports that are not delivered yet, a file each. The newest of a kind replaces the one before;
 * when there are too many kinds, the one that waits longest is dropped. Thread-safe.
 */
final class ReportQueue {
  static final int MOST_REPORTS = 64;
  static final int MOST_BYTES = 1 << 20;
  private static final Logger LOG = LoggerFactory.getLogger(ReportQueue.class);
  private static final Pattern KIND = Pattern.compile("[a-z0-9][a-z0-9-]{0,99}");
  private static final Pattern FILE = Pattern.compile("([0-9]{12})\\.(.+)\\.json");

  private final Path folder;
  private final Disk disk;

  /** A report that waits; the number says how long it has. */
  record Waiting(long number, String kind, Path file) {}

  ReportQueue(Path folder, Disk disk) {
    this.folder = folder;
    this.disk = disk;
  }

  synchronized void add(String kind, byte[] report) throws Fault {
    if (!KIND.matcher(kind).matches() || report.length > MOST_BYTES) {
      throw new Refused(
          ReasonCode.TOO_LARGE,
          "cannot keep report %s of %d bytes: at most %d are kept"
              .formatted(kind, report.length, MOST_BYTES));
    }
    try {
      Quarantine.directory(disk, folder, 0700);
      List<Waiting> before = waiting();
      long number = before.isEmpty() ? 1 : before.getLast().number() + 1;
      disk.replace(folder.resolve("%012d.%s.json".formatted(number, kind)), report, 0600);
      for (Waiting each : before) {
        if (each.kind().equals(kind)) {
          disk.delete(each.file());
        }
      }
      bound();
    } catch (IOException e) {
      throw failed("keep report " + kind, e);
    }
  }

  /** All that wait, the oldest first; of each kind the newest only. */
  synchronized List<Waiting> waiting() throws Fault {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      Map<String, Waiting> newest = new TreeMap<>();
      files
          .filter(Files::isRegularFile)
          .map(ReportQueue::waiting)
          .flatMap(List::stream)
          .sorted(Comparator.comparingLong(Waiting::number))
          .forEach(each -> newest.put(each.kind(), each));
      return newest.values().stream().sorted(Comparator.comparingLong(Waiting::number)).toList();
    } catch (IOException e) {
      throw failed("list reports", e);
    }
  }

  /** Empty when it is damaged: it is set aside then, and the next report tells all anew. */
  synchronized Optional<byte[]> read(Waiting waiting) throws Fault {
    try {
      byte[] bytes = Bounded.read(waiting.file(), MOST_BYTES);
      Document.json(waiting.kind(), bytes, MOST_BYTES);
      return Optional.of(bytes);
    } catch (Refused damaged) {
      setAside(waiting, damaged);
      return Optional.empty();
    } catch (IOException e) {
      throw failed("read report " + waiting.kind(), e);
    }
  }

  private void setAside(Waiting waiting, Refused damaged) throws Transient {
    try {
      Quarantine.put(disk, waiting.file(), damaged.reason().sentence());
    } catch (IOException e) {
      throw failed("set aside report " + waiting.kind(), e);
    }
  }

  /** A newer one of its kind has another file and stays. */
  synchronized void delivered(Waiting waiting) throws Fault {
    try {
      disk.delete(waiting.file());
    } catch (IOException e) {
      throw failed("forget report " + waiting.kind(), e);
    }
  }

  private void bound() throws Fault, IOException {
    List<Waiting> all = waiting();
    for (Waiting oldest : all.subList(0, Math.max(0, all.size() - MOST_REPORTS))) {
      LOG.warn("dropping report {}: more than {} wait", oldest.kind(), MOST_REPORTS);
      disk.delete(oldest.file());
    }
  }

  private static List<Waiting> waiting(Path file) {
    var name = FILE.matcher(String.valueOf(file.getFileName()));
    return name.matches()
        ? List.of(new Waiting(Long.parseLong(name.group(1)), name.group(2), file))
        : List.of();
  }

  private Transient failed(String what, IOException e) {
    return new Transient(
        ReasonCode.IO_ERROR, "cannot %s in %s: %s".formatted(what, folder, e.getMessage()));
  }
}

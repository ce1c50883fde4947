package io.fleetinstaller.packaging.cuts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts what the cuts came to. Thread-safe. */
final class Toll {
  private final int meant;
  private final List<Seen> all = new ArrayList<>();
  private double plain = Double.NaN;
  private int late;
  private int passedBy;
  private long unsynced;
  private long lost;
  private int losses;

  /**
   * @param meant how many cuts there should be
   */
  Toll(int meant) {
    this.meant = meant;
  }

  /** A cut that was made, and whose machine was switched on again and looked at. */
  synchronized void count(Seen seen) {
    all.add(seen);
  }

  /**
   * Takes what to compare with.
   *
   * @param seconds from power-on to the agent serving without any cut
   */
  synchronized void plain(double seconds) {
    plain = seconds;
  }

  /** One was too slow to tell, and is tried again. */
  synchronized void late() {
    late++;
  }

  /** The effect of a cut did not come again, so that it was made behind the end. */
  synchronized void passedBy() {
    passedBy++;
  }

  /** What a cut left of a disk. */
  synchronized void lost(Disk.Remains remains) {
    unsynced += remains.unsynced();
    lost += remains.lost();
    losses += remains.lost() > 0 ? 1 : 0;
  }

  /** Whether fewer cuts count than there should be. */
  synchronized boolean tooFew() {
    return all.size() < meant;
  }

  /** Of many that are too slow at first it is not the machine that is. */
  synchronized long bricks() {
    long broken = all.stream().filter(seen -> !seen.broken().isEmpty()).count();
    return late > 1 + all.size() / 20 ? broken + late : broken;
  }

  synchronized List<String> table() {
    List<String> lines = new ArrayList<>();
    lines.add("| power cut, left at | cuts | ended | bricks | slowest to serve |");
    lines.add("| --- | ---: | --- | ---: | ---: |");
    Map<String, List<Seen>> rows = new TreeMap<>();
    all.forEach(seen -> rows.computeIfAbsent(seen.left(), _ -> new ArrayList<>()).add(seen));
    rows.forEach((left, cuts) -> lines.add(row(left, cuts)));
    lines.add("");
    List<Seen> onTrial = all.stream().filter(Seen::onTrial).toList();
    double[] times = onTrial.stream().mapToDouble(Seen::serving).sorted().toArray();
    if (times.length > 0) {
      lines.add(
          "power-on to the agent serving after a cut on trial, emulated: median %.1f s, worst %.1f s, of %d"
              .formatted(times[times.length / 2], times[times.length - 1], times.length));
    }
    if (!Double.isNaN(plain)) {
      lines.add("without any cut: %.1f s".formatted(plain));
    }
    if (late > 0) {
      lines.add("too slow at first, and tried again from the same disk: %d".formatted(late));
    }
    if (passedBy > 0) {
      lines.add("at an effect that did not come again, so behind the end: %d".formatted(passedBy));
    }
    lines.add(
        "of %d blocks that no disk had flushed %d were lost, in %d cuts"
            .formatted(unsynced, lost, losses));
    lines.add("before the daemon was up: %d of %d".formatted(alone(), all.size()));
    lines.add(
        "slowest recovery: "
            + all.stream()
                .max(java.util.Comparator.comparingDouble(Seen::serving))
                .map(it -> "%.1f s, %s".formatted(it.serving(), it.cut()))
                .orElse("none"));
    lines.add(
        "cuts: of %d that were meant %d were made and looked at%s"
            .formatted(meant, all.size(), tooFew() ? ", too few" : ""));
    lines.add("cuts: %d faults, %d bricks".formatted(all.size(), bricks()));
    return lines;
  }

  private long alone() {
    return all.stream().filter(Seen::servedWithoutDaemon).count();
  }

  private static String row(String left, List<Seen> cuts) {
    Map<String, Integer> ends = new TreeMap<>();
    cuts.forEach(seen -> ends.merge(seen.end(), 1, Integer::sum));
    return "| %s | %d | %s | %d | %.1f s |"
        .formatted(
            left,
            cuts.size(),
            ends,
            cuts.stream().filter(seen -> !seen.broken().isEmpty()).count(),
            cuts.stream().mapToDouble(Seen::serving).max().orElse(Double.NaN));
  }
}

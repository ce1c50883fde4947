package io.fleetinstaller.daemon;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.report.PastUpgrade;
import io.fleetinstaller.source.SignedSource;
import io.fleetinstaller.source.Site;
import io.fleetinstaller.source.SourceSettings;
import io.fleetinstaller.upgrade.Journals;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What this daemon would find in its state if it started now. It reads a copy, as a candidate does
 * in its rehearsal: what a start sets aside must stay where it is while a daemon runs.
 *
 * @param last how the last upgrade of each package ended, of those that have had one
 * @param damages what is damaged, in sentences
 */
record StateReading(SortedMap<PackageName, PastUpgrade> last, List<String> damages) {
  StateReading {
    last = new TreeMap<>(last);
    damages = List.copyOf(damages);
  }

  /**
   * Reads it now.
   *
   * @param copy made for it, and taken away
   */
  static StateReading of(Situation situation, Path copy, Disk disk)
      throws Fault, IOException, InterruptedException {
    Path state = situation.site().settings().now().paths().state();
    copy(state, copy, disk);
    try {
      readTrust(situation, copy, disk);
      Situation started = started(situation, copy, disk);
      started.journals().open();
      return new StateReading(last(started.journals()), damages(started, copy, state));
    } finally {
      disk.deleteTree(copy);
    }
  }

  private static void copy(Path state, Path copy, Disk disk) throws Fault {
    try {
      StateCopy.make(state, copy, disk);
    } catch (Fault fault) {
      // Nothing is wrong with the state for that.
      throw new Fault.Transient(ReasonCode.IO_ERROR, fault.reason().sentence());
    }
  }

  /** Whatever of it is damaged is set aside. */
  private static void readTrust(Situation situation, Path copy, Disk disk)
      throws InterruptedException {
    Optional<SourceSettings> signed = situation.site().settings().now().signedSource();
    if (signed.isPresent()) {
      Site site = new Site(copy, disk, situation.time(), () -> 0, Map.of());
      try (SignedSource source = new SignedSource(signed.get(), site)) {
        source.stored();
      }
    }
  }

  private static Situation started(Situation situation, Path copy, Disk disk) {
    return new Situation(
        situation.slots(),
        new Journals(copy.resolve("journals"), disk, situation.time()),
        situation.source(),
        new LocalPolicy(copy, disk),
        situation.site(),
        situation.time());
  }

  private static SortedMap<PackageName, PastUpgrade> last(Journals journals) {
    SortedMap<PackageName, PastUpgrade> last = new TreeMap<>();
    for (PackageName name : journals.names()) {
      PastUpgrade.last(journals.history(name)).ifPresent(past -> last.put(name, past));
    }
    return last;
  }

  private static List<String> damages(Situation started, Path copy, Path state) {
    return new Damages(started, copy, List::of)
        .now().stream()
            .filter(problem -> problem.code() == ReasonCode.STATE_DAMAGED)
            .map(Reason::sentence)
            .map(sentence -> sentence.replace(copy.toString(), state.toString()))
            .toList();
  }
}

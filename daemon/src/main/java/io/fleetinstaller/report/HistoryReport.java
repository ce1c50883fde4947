package io.fleetinstaller.report;

import io.fleetinstaller.upgrade.History;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** The upgrades that have ended, in the order of their beginning. */
public record HistoryReport(Instant clock, List<PastUpgrade> upgrades) {
  public HistoryReport {
    upgrades = List.copyOf(upgrades);
  }

  /** What the journals of these packages tell. */
  public static HistoryReport of(Instant clock, List<History> histories) {
    return new HistoryReport(
        clock,
        histories.stream()
            .flatMap(history -> history.accounts().stream())
            .flatMap(account -> PastUpgrade.of(account).stream())
            .sorted(Comparator.comparing(past -> past.upgrade().id()))
            .toList());
  }

  public Tree tree() {
    return Tree.document().put("clock", clock).objects("upgrades", upgrades, PastUpgrade::tree);
  }
}

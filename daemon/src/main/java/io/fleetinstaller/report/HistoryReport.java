package io.fleetinstaller.report;

import java.time.Instant;
import java.util.List;

/** The upgrades that have ended, in the order of their beginning. */
public record HistoryReport(Instant clock, List<PastUpgrade> upgrades) {
  public HistoryReport {
    upgrades = List.copyOf(upgrades);
  }

  public Tree tree() {
    return Tree.document().put("clock", clock).objects("upgrades", upgrades, HistoryReport::entry);
  }

  private static Tree entry(PastUpgrade past) {
    return past.tree().put("package", past.upgrade().name().value());
  }
}

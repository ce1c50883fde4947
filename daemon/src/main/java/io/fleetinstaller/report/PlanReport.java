package io.fleetinstaller.report;

import java.time.Instant;
import java.util.List;

/** What the next poll would do to each package, from what is known now. */
public record PlanReport(Instant clock, List<Outlook> outlooks) {
  public PlanReport {
    outlooks = List.copyOf(outlooks);
  }

  public Tree tree() {
    return Tree.document().put("clock", clock).objects("outlooks", outlooks, Outlook::tree);
  }
}

package io.fleetinstaller.health;

import io.fleetinstaller.release.Reason;
import java.util.List;

/** What the gate decided. Evidence is redacted and cut. */
public sealed interface Verdict {

  /** Every required probe passed for long enough. */
  record Well(List<String> evidence) implements Verdict {
    public Well {
      evidence = List.copyOf(evidence);
    }
  }

  /** It goes back. The reason's code says whose doing it was, its evidence what was seen. */
  record Unwell(Reason reason) implements Verdict {}
}

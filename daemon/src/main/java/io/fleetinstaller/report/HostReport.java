package io.fleetinstaller.report;

import io.fleetinstaller.io.Json;
import java.util.List;

/**
 * What a host tells whoever runs the fleet: its status, and how its last upgrades ended. The format
 * is published as {@code schema/report.schema.json}.
 *
 * @param outcomes newest last
 */
public record HostReport(HostStatus status, List<PastUpgrade> outcomes) {
  public HostReport {
    outcomes = List.copyOf(outcomes);
  }

  /** The document, as JSON. */
  public byte[] bytes() {
    Tree tree = status.tree().objects("outcomes", outcomes, PastUpgrade::tree);
    return Json.bytes(tree.entries());
  }
}

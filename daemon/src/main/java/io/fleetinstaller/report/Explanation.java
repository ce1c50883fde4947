package io.fleetinstaller.report;

import java.time.Instant;

/** Why one package is, or is not, being upgraded: the document that {@code explain} answers. */
public record Explanation(Instant clock, PackageStatus status) {

  public Tree tree() {
    return Tree.document().put("clock", clock).put("package", status.tree());
  }
}

package io.fleetinstaller.report;

import java.time.Instant;

/**
 * Why one package is, or is not, being upgraded: the document that {@code explain} answers.
 *
 * @param source where what is desired comes from: while it fails, nobody knows of newer wishes
 */
public record Explanation(Instant clock, PackageStatus status, HostStatus.Input source) {

  public Tree tree() {
    return Tree.document()
        .put("clock", clock)
        .put("package", status.tree())
        .put("source", source.tree());
  }
}

package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.source.BundleWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Puts what is published, and packages, into one file that can be carried. */
public record Bundling(Workplace place) {

  /** Bundles what hosts would accept now; anything else is refused. */
  public Outcome bundle(Path file, Map<PackageName, Path> layouts)
      throws Fault, InterruptedException {
    place.lifetimes();
    Folder published = place.published().folder();
    new Visit(place).look(new Staged(published, new TreeMap<>()), place.now());
    BundleWriter.write(file.toAbsolutePath(), published.path(), layouts);
    return Outcome.said(
            "%s holds the repository and %s"
                .formatted(file, layouts.isEmpty() ? "no package" : layouts.keySet()))
        .with("file", file)
        .with("packages", layouts.keySet());
  }
}

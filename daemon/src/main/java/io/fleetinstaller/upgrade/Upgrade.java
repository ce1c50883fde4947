package io.fleetinstaller.upgrade;

import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One move of one package from one release to another. A first install comes from nothing, a
 * removal goes to nothing.
 *
 * @param id unique on this host, and in the order of beginning
 * @param from what {@code current} named when it began
 * @param stableFor how long the new release must be well at least; the release itself may demand
 *     more
 */
public record Upgrade(
    String id,
    PackageName name,
    Optional<Release> from,
    Optional<Release> to,
    Origin origin,
    Duration stableFor,
    Instant began) {

  public Upgrade {
    if (from.isEmpty() && to.isEmpty()) {
      throw new IllegalArgumentException(
          "an upgrade of %s from nothing to nothing".formatted(name));
    }
  }
}

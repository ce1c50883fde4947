package io.fleetinstaller.upgrade;

import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An upgrade that somebody wants and nobody has begun.
 *
 * @param stableFor how long the new release must be well at least
 */
public record Move(
    PackageName name,
    Optional<Release> from,
    Optional<Release> to,
    Origin origin,
    Duration stableFor) {

  public Move(PackageName name, Optional<Release> from, Optional<Release> to, Origin origin) {
    this(name, from, to, origin, Duration.ZERO);
  }

  Upgrade begun(String id, Instant now) {
    return new Upgrade(id, name, from, to, origin, stableFor, now);
  }

  @Override
  public String toString() {
    return from.map(release -> release.version().value()).orElse("nothing")
        + " to "
        + to.map(release -> release.version().value()).orElse("nothing");
  }
}

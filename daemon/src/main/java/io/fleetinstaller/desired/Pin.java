package io.fleetinstaller.desired;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;

/**
 * A person's word that one package shall run this release, whatever is asked for. Unlike a {@link
 * LocalOverride} it does not end when another release is asked for.
 */
public record Pin(PackageName name, Release release, Decision decision) {

  Desired desired() {
    return new Desired(
        name,
        new Desired.Run(release),
        new Origin(Origin.Kind.MANUAL, decision.by(), decision.reason()));
  }
}

package io.fleetinstaller.desired;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import java.time.Instant;
import java.util.Optional;

/**
 * What a person decided on this host about one package. It outranks what is asked for until it is
 * lifted, expires, or what is asked for is no longer what it was made against.
 *
 * @param target the release to run; empty: the package shall be absent
 * @param over the release that was asked for when this was decided; empty: none
 * @param heldBack the release that a rollback left: asking for it anew does not end the override
 */
public record LocalOverride(
    PackageName name,
    Optional<Release> target,
    Optional<Digest> over,
    Optional<Digest> heldBack,
    Decision decision) {

  /** Whether it still counts, given what is asked for now. */
  boolean stands(Optional<Desired> asked, Instant now) {
    Optional<Digest> wanted = asked.flatMap(LocalOverride::digest);
    return !decision.expired(now)
        && (wanted.equals(over) || (wanted.isPresent() && wanted.equals(heldBack)));
  }

  /** Whether another release was asked for since: then it is over for good. */
  boolean overtaken(Optional<Desired> asked) {
    Optional<Digest> wanted = asked.flatMap(LocalOverride::digest);
    return wanted.isPresent() && !wanted.equals(over) && !wanted.equals(heldBack);
  }

  Desired desired() {
    Desired.Want want = target.<Desired.Want>map(Desired.Run::new).orElseGet(Desired.Absent::new);
    return new Desired(
        name, want, new Origin(Origin.Kind.MANUAL, decision.by(), decision.reason()));
  }

  static Optional<Digest> digest(Desired asked) {
    return asked.want().release().map(Release::digest);
  }
}

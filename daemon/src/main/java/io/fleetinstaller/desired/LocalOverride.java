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
 * lifted, expires, or something else is asked for whose time has come.
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
    return !decision.expired(now) && !overtaken(asked);
  }

  /**
   * Whether something else is asked for since: then it is over for good. What waits for a wave, or
   * for metadata that count again, may never come, and ends nothing yet; nor does it end what was
   * made against no release that no release shall be there.
   */
  boolean overtaken(Optional<Desired> asked) {
    return asked.filter(now -> ends(now.want())).isPresent();
  }

  private boolean ends(Desired.Want want) {
    return switch (want) {
      case Desired.Run(Release release, _) -> {
        Optional<Digest> wanted = Optional.of(release.digest());
        yield !wanted.equals(over) && !wanted.equals(heldBack);
      }
      case Desired.Absent _ -> over.isPresent();
      case Desired.Later _, Desired.Leave _ -> false;
    };
  }

  Desired desired() {
    Desired.Want want = target.<Desired.Want>map(Desired.Run::new).orElseGet(Desired.Absent::new);
    return new Desired(
        name, want, new Origin(Origin.Kind.MANUAL, decision.by(), decision.reason()));
  }
}

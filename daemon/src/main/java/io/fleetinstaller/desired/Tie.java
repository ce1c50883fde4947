package io.fleetinstaller.desired;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The deployments of highest priority; mostly it is one. Where they name the same release, each of
 * them must let it go: so a pause of one is a pause.
 *
 * @param offers at least one
 */
record Tie(List<Offer> offers) {

  Desired desired() {
    List<Optional<Digest>> named = offers.stream().map(Offer::names).distinct().toList();
    if (named.size() > 1) {
      return conflict();
    }
    Duration stableFor =
        offers.stream()
            .map(offer -> offer.deployment().stableFor())
            .max(Comparator.naturalOrder())
            .orElseThrow();
    return offers.stream()
        .map(offer -> offer.desired(stableFor))
        .max(Comparator.comparing(desired -> end(desired.want())))
        .orElseThrow();
  }

  /** When it may go: what only an event ends comes last. */
  private static Instant end(Desired.Want want) {
    return switch (want) {
      case Desired.Leave _ -> Instant.MAX;
      case Desired.Later(_, _, Optional<Instant> until) ->
          until.orElse(Instant.MAX.minusSeconds(1));
      case Desired.Run _, Desired.Absent _ -> Instant.MIN;
    };
  }

  private Desired conflict() {
    PackageName name = offers.getFirst().deployment().name();
    List<String> evidence =
        offers.stream()
            .map(offer ->
                "%s names %s"
                    .formatted(
                        offer.deployment().title(),
                        offer.names().map(Digest::toString).orElse("nothing")))
            .toList();
    String ids =
        offers.stream().map(offer -> offer.deployment().id()).collect(Collectors.joining(", "));
    Reason reason =
        new Reason(
            ReasonCode.DEPLOYMENT_CONFLICT,
            "deployments %s of %s have the same priority and name different releases; give one of them a higher one"
                .formatted(ids, name),
            evidence);
    return new Desired(
        name, new Desired.Leave(reason), new Origin(Origin.Kind.DEPLOYMENT, "signed config", ""));
  }
}

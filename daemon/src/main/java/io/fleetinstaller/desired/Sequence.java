package io.fleetinstaller.desired;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which package comes before which, where they come for the first time. Nothing waits for a package
 * that is there, that is not wanted here, or that this host does not allow.
 *
 * @param after by package, those that come before it
 * @param alone the wish of each package, as if there were no others
 */
record Sequence(
    Map<PackageName, List<PackageName>> after,
    Map<PackageName, Desired> alone,
    Circumstances here) {

  /** The wish, behind the first installs that come before it. */
  Desired order(Desired desired) {
    List<PackageName> first = first(desired.name());
    if (!(desired.want() instanceof Desired.Run) || first.isEmpty()) {
      return desired;
    }
    Reason why = circular(desired.name()) ? circle(desired.name()) : waits(desired, first);
    return new Desired(
        desired.name(), new Desired.Later(desired.want(), why, Optional.empty()), desired.origin());
  }

  private List<PackageName> first(PackageName name) {
    return here.running().containsKey(name)
        ? List.of()
        : after.getOrDefault(name, List.of()).stream().filter(this::isComing).toList();
  }

  private boolean isComing(PackageName other) {
    return !here.running().containsKey(other)
        && wish(other).flatMap(Desired.Want::release).isPresent()
        && !here.policy().denied(other);
  }

  private Optional<Desired.Want> wish(PackageName name) {
    return Optional.ofNullable(alone.get(name)).map(Desired::want);
  }

  private boolean circular(PackageName name) {
    Set<PackageName> seen = new HashSet<>();
    Deque<PackageName> open = new ArrayDeque<>(first(name));
    while (!open.isEmpty()) {
      PackageName other = open.pop();
      if (seen.add(other)) {
        open.addAll(first(other));
      }
    }
    return seen.contains(name);
  }

  private static Reason circle(PackageName name) {
    return new Reason(
        ReasonCode.DEPLOYMENT_CONFLICT,
        "%s comes after packages that come after it, so none of them can be the first; take one after away"
            .formatted(name));
  }

  private Reason waits(Desired desired, List<PackageName> first) {
    String names = first.stream().map(PackageName::value).collect(Collectors.joining(", "));
    List<String> evidence = first.stream().flatMap(other -> why(other).stream()).toList();
    return new Reason(
        ReasonCode.AFTER_ANOTHER,
        "%s is installed after %s, as %s wants it"
            .formatted(desired.name(), names, desired.origin().by()),
        evidence);
  }

  private Optional<String> why(PackageName other) {
    return wish(other)
        .flatMap(want ->
            want instanceof Desired.Later(_, Reason reason, _)
                ? Optional.of("%s waits: %s".formatted(other, reason))
                : Optional.empty());
  }
}

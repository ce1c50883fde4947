package io.fleetinstaller.desired;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Everything that people decided on this host, at most one override and one hold a package.
 * Immutable.
 */
public record Policy(Map<PackageName, LocalOverride> overrides, Map<PackageName, Hold> holds) {
  public static final Policy EMPTY = new Policy(Map.of(), Map.of());

  public Policy {
    overrides = Map.copyOf(overrides);
    holds = Map.copyOf(holds);
  }

  public Policy with(LocalOverride override) {
    Map<PackageName, LocalOverride> more = new TreeMap<>(overrides);
    more.put(override.name(), override);
    return new Policy(more, holds);
  }

  public Policy with(Hold hold) {
    Map<PackageName, Hold> more = new TreeMap<>(holds);
    more.put(hold.name(), hold);
    return new Policy(overrides, more);
  }

  public Policy withoutOverride(PackageName name) {
    Map<PackageName, LocalOverride> fewer = new TreeMap<>(overrides);
    fewer.remove(name);
    return new Policy(fewer, holds);
  }

  public Policy withoutHold(PackageName name) {
    Map<PackageName, Hold> fewer = new TreeMap<>(holds);
    fewer.remove(name);
    return new Policy(overrides, fewer);
  }

  /** The override of a package that counts now, given what is asked for. */
  public Optional<LocalOverride> override(PackageName name, Optional<Desired> asked, Instant now) {
    return Optional.ofNullable(overrides.get(name)).filter(one -> one.stands(asked, now));
  }

  /** The hold of a package that counts now. */
  public Optional<Hold> hold(PackageName name, Instant now) {
    return Optional.ofNullable(holds.get(name)).filter(one -> !one.decision().expired(now));
  }

  /**
   * What this host should have of a package: the later of override and hold, else what is asked
   * for.
   */
  public Desired resolve(PackageName name, Optional<Desired> asked, Instant now) {
    Optional<LocalOverride> override = override(name, asked, now);
    Optional<Hold> hold = hold(name, now);
    if (hold.isPresent() && !passes(override, hold.get())) {
      return held(hold.get());
    }
    return override.map(LocalOverride::desired).or(() -> asked).orElseGet(() -> nobodyAsks(name));
  }

  private static boolean passes(Optional<LocalOverride> override, Hold hold) {
    return override.isPresent() && override.get().decision().at().isAfter(hold.decision().at());
  }

  private static Desired held(Hold hold) {
    Decision decision = hold.decision();
    String until =
        decision.expires().map(end -> " until " + end.truncatedTo(ChronoUnit.SECONDS)).orElse("");
    String why = decision.reason().isEmpty() ? "" : " (" + decision.reason() + ")";
    Reason reason =
        new Reason(
            ReasonCode.HELD,
            "%s holds it%s%s; fleet-installer unhold %s lifts it"
                .formatted(decision.by(), until, why, hold.name()));
    return new Desired(
        hold.name(),
        new Desired.Leave(reason),
        new Origin(Origin.Kind.MANUAL, decision.by(), decision.reason()));
  }

  private static Desired nobodyAsks(PackageName name) {
    Reason reason =
        new Reason(ReasonCode.NOT_DESIRED, "nothing asks for " + name + ", so it is left as it is");
    return new Desired(name, new Desired.Leave(reason), new Origin(Origin.Kind.FILE, "nobody", ""));
  }
}

package io.fleetinstaller.desired;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything that people decided on this host, at most one override, one pin and one hold a
 * package. Immutable.
 */
public record Policy(
    Map<PackageName, LocalOverride> overrides,
    Map<PackageName, Pin> pins,
    Map<PackageName, Hold> holds) {
  public static final Policy EMPTY = new Policy(Map.of(), Map.of(), Map.of());

  public Policy {
    overrides = Map.copyOf(overrides);
    pins = Map.copyOf(pins);
    holds = Map.copyOf(holds);
  }

  public Policy with(LocalOverride override) {
    return new Policy(with(overrides, override.name(), override), pins, holds);
  }

  public Policy with(Pin pin) {
    return new Policy(overrides, with(pins, pin.name(), pin), holds);
  }

  public Policy with(Hold hold) {
    return new Policy(overrides, pins, with(holds, hold.name(), hold));
  }

  public Policy withoutOverride(PackageName name) {
    return new Policy(without(overrides, name), pins, holds);
  }

  /** The packages whose overrides these wishes end, as they ask for something else. */
  public Set<PackageName> overtaken(Map<PackageName, Desired> asked) {
    return overrides.values().stream()
        .filter(one -> one.overtaken(Optional.ofNullable(asked.get(one.name()))))
        .map(LocalOverride::name)
        .collect(Collectors.toSet());
  }

  public Policy withoutOverrides(Set<PackageName> names) {
    Map<PackageName, LocalOverride> left = new TreeMap<>(overrides);
    left.keySet().removeAll(names);
    return new Policy(left, pins, holds);
  }

  public Policy withoutPin(PackageName name) {
    return new Policy(overrides, without(pins, name), holds);
  }

  public Policy withoutHold(PackageName name) {
    return new Policy(overrides, pins, without(holds, name));
  }

  private static <T> Map<PackageName, T> with(Map<PackageName, T> all, PackageName name, T value) {
    Map<PackageName, T> more = new TreeMap<>(all);
    more.put(name, value);
    return more;
  }

  private static <T> Map<PackageName, T> without(Map<PackageName, T> all, PackageName name) {
    Map<PackageName, T> fewer = new TreeMap<>(all);
    fewer.remove(name);
    return fewer;
  }

  /** The override of a package that counts now, given what is asked for. */
  public Optional<LocalOverride> override(PackageName name, Optional<Desired> asked, Instant now) {
    return Optional.ofNullable(overrides.get(name)).filter(one -> one.stands(asked, now));
  }

  /** The hold of a package that counts now. */
  public Optional<Hold> hold(PackageName name, Instant now) {
    return Optional.ofNullable(holds.get(name)).filter(one -> !one.decision().expired(now));
  }

  /** The pin of a package that counts now. */
  public Optional<Pin> pin(PackageName name, Instant now) {
    return Optional.ofNullable(pins.get(name)).filter(one -> !one.decision().expired(now));
  }

  /**
   * What this host should have of a package: the latest of override, pin and hold, else what is
   * asked for. What a person decided here passes holds and windows of the host's policy, but not
   * what that forbids altogether: the stricter wins.
   *
   * @param asked already under the host's policy, see {@link Wanted} and {@link HostPolicy#rule}
   */
  public Desired resolve(PackageName name, Optional<Desired> asked, HostPolicy host, Instant now) {
    Optional<Manual> manual = manual(name, asked, now);
    Optional<Hold> hold = hold(name, now);
    if (hold.isPresent() && !passes(manual, hold.get())) {
      return held(hold.get());
    }
    return manual
        .map(decided -> allowed(decided.desired(), host))
        .or(() -> asked)
        .orElseGet(() -> nobodyAsks(name));
  }

  private record Manual(Desired desired, Instant at) {}

  private Optional<Manual> manual(PackageName name, Optional<Desired> asked, Instant now) {
    Optional<Manual> override =
        override(name, asked, now).map(one -> new Manual(one.desired(), one.decision().at()));
    Optional<Manual> pin =
        pin(name, now).map(one -> new Manual(one.desired(), one.decision().at()));
    return Stream.of(pin, override).flatMap(Optional::stream).max(Comparator.comparing(Manual::at));
  }

  private static Desired allowed(Desired manual, HostPolicy host) {
    return host.forbids(manual.name(), manual.want().release())
        .map(why -> new Desired.Later(manual.want(), why, Optional.empty()))
        .map(later -> new Desired(manual.name(), later, manual.origin()))
        .orElse(manual);
  }

  private static boolean passes(Optional<Manual> manual, Hold hold) {
    return manual.isPresent() && manual.get().at().isAfter(hold.decision().at());
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

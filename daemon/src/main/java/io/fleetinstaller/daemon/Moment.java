package io.fleetinstaller.daemon;

import io.fleetinstaller.desired.Circumstances;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.upgrade.Decision;
import io.fleetinstaller.upgrade.Plan;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is to be done at one instant. Immutable, but for what is read from disk. */
record Moment(Situation situation, Map<PackageName, Desired> wishes, Circumstances circumstances) {

  private static final Set<ReasonCode> PASSABLE =
      EnumSet.of(
          ReasonCode.HELD,
          ReasonCode.HOLD_OFF,
          ReasonCode.MANUAL_ONLY,
          ReasonCode.WAVE,
          ReasonCode.WINDOW);

  private static final Set<ReasonCode> SETTLED =
      EnumSet.of(
          ReasonCode.UP_TO_DATE,
          ReasonCode.NOT_DESIRED,
          ReasonCode.DENIED,
          ReasonCode.OUT_OF_RANGE,
          ReasonCode.PINNED);

  /** What is asked for from outside. */
  Optional<Desired> asked(PackageName name) {
    return Optional.ofNullable(wishes.get(name));
  }

  /** The same, after what people said on this host, and beside a trust root nothing unsigned. */
  Desired desired(PackageName name) {
    Desired resolved =
        situation.policy().now().resolve(name, asked(name), circumstances.policy(), now());
    Desired.Want want = resolved.want();
    if (want instanceof Desired.Leave(var why)
        && why.code() == ReasonCode.NOT_DESIRED
        && situation.source().isUnasked()) {
      return new Desired(name, new Desired.Leave(unasked(name)), resolved.origin());
    }
    return want.release().filter(release -> unsigned(resolved, release)).isPresent()
        ? new Desired(
            name, new Desired.Later(want, unsigned(name), Optional.empty()), resolved.origin())
        : resolved;
  }

  /** Whether nobody whom this host trusts vouches for it, and it did not come while that was so. */
  private boolean unsigned(Desired desired, Release release) {
    Settings settings = situation.site().settings().now();
    return desired.origin().kind() != Origin.Kind.DEPLOYMENT
        && !settings.allowUnsigned()
        && settings.paths().anchored()
        && !situation.source().state().asked().documents().vouchesFor(release)
        && situation.slots().whole(release.name(), release.digest()).isEmpty();
  }

  private static Reason unasked(PackageName name) {
    return new Reason(
        ReasonCode.UNDER_WAY,
        "the daemon has just started and reads first what is asked for of " + name);
  }

  private static Reason unsigned(PackageName name) {
    return new Reason(
        ReasonCode.UNSIGNED,
        "what is asked for of %s is in no signed catalog that this host reads; publish it, or set allowUnsigned: true in installer.yaml"
            .formatted(name));
  }

  /**
   * The release that is asked for in the end, if nothing but holds, waves and windows stands before
   * it: a person may pass these.
   */
  Optional<Release> insisted(PackageName name) {
    Optional<Desired.Want> want = asked(name).map(Desired::want);
    while (want.orElse(null) instanceof Desired.Later(var then, var why, _)
        && PASSABLE.contains(why.code())) {
      want = Optional.of(then);
    }
    return want.orElse(null) instanceof Desired.Run(Release release, _)
        ? Optional.of(release)
        : Optional.empty();
  }

  Decision decide(PackageName name) {
    Desired desired = desired(name);
    return damaged(desired)
        .orElseGet(() ->
            byItself(
                Plan.next(desired, installed(desired), situation.journals().history(name), now())));
  }

  /**
   * Whether nothing is to be fetched for the package, and not only now, by all that is asked for.
   */
  boolean isSettled(PackageName name) {
    return situation.source().state().error().isEmpty()
        && decide(name) instanceof Decision.Rest(var why)
        && SETTLED.contains(why.code());
  }

  /** While nobody knows what was held, only a person begins anything. */
  private Decision byItself(Decision decision) {
    Optional<Reason> unknown = situation.policy().unknown();
    return decision instanceof Decision.Act && unknown.isPresent()
        ? new Decision.Wait(unknown.get(), Optional.empty())
        : decision;
  }

  /** As if nothing had ever failed: a person asks for it now. */
  Decision retry(PackageName name) {
    Desired desired = desired(name);
    return damaged(desired).orElseGet(() -> Plan.retry(desired, installed(desired), now()));
  }

  Instant now() {
    return circumstances.now();
  }

  /** Without any whole slot there is no way back: what runs, if it does, is left alone. */
  private Optional<Decision> damaged(Desired desired) {
    PackageName name = desired.name();
    boolean lost =
        situation.slots().currentIsBroken(name)
            && situation.journals().history(name).open().isEmpty()
            && situation.slots().read(name).whole().isEmpty()
            && !(desired.want() instanceof Desired.Leave);
    return lost
        ? Optional.of(new Decision.Wait(noWayBack(name), Optional.empty()))
        : Optional.empty();
  }

  private static Reason noWayBack(PackageName name) {
    return new Reason(
        ReasonCode.SLOT_DAMAGED,
        "current of %s names no whole slot, so there is no way back; move the link away and install a release anew"
            .formatted(name));
  }

  /** Where current is damaged and previous is whole, previous is the way back. */
  private Installed installed(Desired desired) {
    PackageName name = desired.name();
    Installed found = situation.slots().read(name);
    boolean back =
        desired.want() instanceof Desired.Run(Release release, _)
            && found.previous().filter(slot -> slot.release().equals(release)).isPresent();
    return situation.slots().currentIsBroken(name) && !back
        ? new Installed(name, found.previous(), found.previous(), found.whole())
        : found;
  }
}

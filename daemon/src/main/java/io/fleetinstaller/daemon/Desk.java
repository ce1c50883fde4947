package io.fleetinstaller.daemon;

import io.fleetinstaller.api.Command;
import io.fleetinstaller.api.Verb;
import io.fleetinstaller.desired.Decision;
import io.fleetinstaller.desired.Hold;
import io.fleetinstaller.desired.LocalOverride;
import io.fleetinstaller.desired.Pin;
import io.fleetinstaller.desired.Policy;
import io.fleetinstaller.desired.RemoteConfig;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.release.Version;
import io.fleetinstaller.upgrade.Account;
import io.fleetinstaller.upgrade.Failure;
import io.fleetinstaller.upgrade.Outcome;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what a person typed into local policy. Each verb is kept before anything acts on it. */
final class Desk {
  private static final Logger AUDIT = LoggerFactory.getLogger("audit");

  private final Situation situation;
  private final Staging staging;
  private final Time time;

  Desk(Situation situation, Staging staging, Time time) {
    this.situation = situation;
    this.staging = staging;
    this.time = time;
  }

  /** Keeps what the verb says. Other threads may call it for the verbs that only change holds. */
  void keep(Command command) throws Fault, InterruptedException {
    PackageName name = command.name().orElseThrow();
    switch (command.verb()) {
      case INSTALL, UPGRADE -> override(command, name);
      case ROLLBACK -> rollback(command, name);
      case REMOVE -> remove(command, name);
      case HOLD -> situation.policy().declare(now -> now.with(new Hold(name, decision(command))));
      case UNHOLD -> situation.policy().declare(now -> now.withoutHold(name));
      case PIN -> pin(command, name);
      case UNPIN -> situation.policy().declare(now -> now.withoutOverride(name).withoutPin(name));
      case POLL, RESET_CLOCK, VERIFY ->
          throw new IllegalArgumentException(command.verb() + " keeps nothing");
    }
  }

  /**
   * Puts back what counted before a verb whose release can not run here: it would stand against
   * what is asked for, and be tried again for ever.
   */
  void settle(Command command, Policy before) throws Fault {
    PackageName name = command.name().orElseThrow();
    Optional<Outcome> outcome = situation.journals().history(name).last().flatMap(Account::outcome);
    boolean hopeless =
        outcome.orElse(null) instanceof Outcome.Reverted
            || (outcome.orElse(null) instanceof Outcome.GivenUp(_, Failure.Kind kind)
                && kind == Failure.Kind.REFUSED);
    if (isUnnamed(command)) {
      // It was what config asks for anyway; that goes on without it.
      situation.policy().change(now -> now.withoutOverride(name));
    } else if (hopeless && command.verb() != Verb.REMOVE && command.verb() != Verb.PIN) {
      LocalOverride old = before.overrides().get(name);
      situation.policy().change(now -> old == null ? now.withoutOverride(name) : now.with(old));
    }
  }

  /** An install or upgrade to whatever config asks for. */
  private static boolean isUnnamed(Command command) {
    boolean moves = command.verb() == Verb.INSTALL || command.verb() == Verb.UPGRADE;
    return moves && command.digest().isEmpty() && command.version().isEmpty();
  }

  private void override(Command command, PackageName name) throws Fault, InterruptedException {
    Optional<Release> target = isUnnamed(command) ? asked(command, name) : named(command, name);
    situation.policy().change(now -> now.withoutOverride(name));
    if (target.isPresent()) {
      keep(command, target, Optional.empty());
    }
  }

  private void pin(Command command, PackageName name) throws Fault, InterruptedException {
    Release release =
        named(command, name)
            .or(() -> situation.slots().read(name).current().map(Slot::release))
            .orElseThrow(() ->
                new Refused(
                    ReasonCode.UNKNOWN_PACKAGE,
                    "cannot pin %s: it is not installed; name a release as %s@VERSION"
                        .formatted(name, name)));
    situation.policy().declare(now -> now.with(new Pin(name, release, decision(command))));
  }

  private Optional<Release> named(Command command, PackageName name)
      throws Fault, InterruptedException {
    Installed installed = situation.slots().read(name);
    if (command.digest().isPresent()) {
      return Optional.of(byDigest(command, installed));
    }
    return command.version().isPresent()
        ? Optional.of(byVersion(command.version().get(), installed))
        : Optional.empty();
  }

  private Optional<Release> asked(Command command, PackageName name) throws Refused {
    Moment moment = situation.moment();
    if (moment.asked(name).isEmpty()) {
      throw new Refused(
          ReasonCode.NOT_DESIRED,
          "cannot %s %s: nothing asks for a release of it; name one as %s@sha256:…"
              .formatted(command.verb().text(), name, name));
    }
    return moment.insisted(name);
  }

  private Release byDigest(Command command, Installed installed)
      throws Fault, InterruptedException {
    Digest digest = command.digest().orElseThrow();
    Optional<Slot> here = installed.find(digest);
    if (here.isPresent()) {
      return here.get().release();
    }
    refuseUnsigned(installed.name(), digest);
    Optional<Version> version = command.version();
    return version.isPresent()
        ? new Release(installed.name(), version.get(), digest)
        : staging.look(installed.name(), digest);
  }

  /** Beside a trust root nobody runs what no publisher signed, unless the settings let them. */
  private void refuseUnsigned(PackageName name, Digest digest) throws Refused {
    Settings settings = situation.site().settings().now();
    Asked asked = situation.source().state().asked();
    RemoteConfig documents = asked.documents(time.now());
    if (documents.find(name, digest).isPresent() || !settings.paths().anchored()) {
      return;
    }
    if (!settings.allowUnsigned()) {
      refuseLapsed(name, asked.documents().find(name, digest).isPresent());
      throw new Refused(
          ReasonCode.UNSIGNED,
          "cannot install %s of %s: no signed catalog that this host reads has it; publish it, or set allowUnsigned: true in installer.yaml"
              .formatted(digest, name));
    }
    AUDIT
        .atWarn()
        .addKeyValue("package", name)
        .addKeyValue("digest", digest)
        .log("an unsigned release is asked for, as allowUnsigned allows");
  }

  /** A release that only what no longer counts vouches for is not one that nobody published. */
  private void refuseLapsed(PackageName name, boolean vouchedForOnce) throws Refused {
    Optional<Reason> lapsed = situation.source().state().asked().lapsed(name, time.now());
    if (vouchedForOnce && lapsed.isPresent()) {
      throw new Refused(lapsed.get());
    }
  }

  private Release byVersion(Version version, Installed installed) throws Refused {
    Asked asked = situation.source().state().asked();
    Set<Release> found = new HashSet<>();
    installed.whole().stream().map(Slot::release).forEach(found::add);
    found.removeIf(release -> !release.version().equals(version));
    found.addAll(asked.documents(time.now()).find(installed.name(), version));
    if (found.size() == 1) {
      return found.iterator().next();
    }
    refuseLapsed(
        installed.name(),
        found.isEmpty() && !asked.documents().find(installed.name(), version).isEmpty());
    throw new Refused(
        ReasonCode.UNSIGNED,
        "cannot tell which release %s %s is: a version alone resolves through the signed catalog or a slot on this host; give its digest"
            .formatted(installed.name(), version));
  }

  private void rollback(Command command, PackageName name) throws Fault {
    Installed installed = situation.slots().read(name);
    Optional<Release> previous = installed.previous().map(Slot::release);
    if (previous.isEmpty()) {
      throw new Refused(
          ReasonCode.NO_PREVIOUS,
          "cannot roll %s back: there is no previous slot of it on this host".formatted(name));
    }
    Optional<Release> changed = barring(installed, previous.get());
    if (changed.isPresent()) {
      throw pointOfNoReturn(previous.get(), changed.get());
    }
    keep(command, previous, installed.current().map(slot -> slot.release().digest()));
  }

  private static Refused pointOfNoReturn(Release previous, Release current) {
    return new Refused(
        ReasonCode.POINT_OF_NO_RETURN,
        "cannot roll %1$s back to %2$s: %3$s has changed its data so that older releases cannot read it; to try all the same, install %1$s@%2$s"
            .formatted(current.name(), previous.version(), current.version()));
  }

  /** What a person should know who asked for a release that this package may not go back to. */
  Optional<String> warning(PackageName name) {
    Installed installed = situation.slots().read(name);
    Optional<Release> wanted = situation.moment().desired(name).want().release();
    return wanted.flatMap(release ->
        barring(installed, release)
            .map(current ->
                "%s may not be able to read the data, which %s has changed for good"
                    .formatted(release, current)));
  }

  /** What runs now, if releases as old as this one cannot read its data. */
  private static Optional<Release> barring(Installed installed, Release older) {
    return installed
        .current()
        .filter(slot -> slot.descriptor().data().pointOfNoReturn())
        .map(Slot::release)
        .filter(current -> older.version().compareTo(current.version()) < 0);
  }

  private void remove(Command command, PackageName name) throws Fault {
    if (situation.slots().read(name).current().isEmpty()
        && situation.moment().asked(name).isEmpty()) {
      throw new Refused(
          ReasonCode.UNKNOWN_PACKAGE,
          "cannot remove %s: it is not installed and nothing asks for it".formatted(name));
    }
    keep(command, Optional.empty(), Optional.empty());
  }

  private void keep(Command command, Optional<Release> target, Optional<Digest> heldBack)
      throws Fault {
    PackageName name = command.name().orElseThrow();
    // As it will be: what is asked for may hang on what runs.
    Optional<Digest> over =
        situation
            .moment(name, target)
            .asked(name)
            .flatMap(asked -> asked.want().release())
            .map(Release::digest);
    LocalOverride override = new LocalOverride(name, target, over, heldBack, decision(command));
    situation.policy().change(now -> now.with(override));
  }

  private Decision decision(Command command) {
    Instant now = time.now();
    return new Decision(command.by(), now, command.why(), command.lasting().map(now::plus));
  }
}

package io.fleetinstaller.daemon;

import io.fleetinstaller.data.Extent;
import io.fleetinstaller.data.Snapshots;
import io.fleetinstaller.host.Armed;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.Kept;
import io.fleetinstaller.host.ServiceState;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.upgrade.Account;
import io.fleetinstaller.upgrade.History;
import io.fleetinstaller.upgrade.Outcome;
import io.fleetinstaller.upgrade.Progress;
import io.fleetinstaller.upgrade.Upgrade;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data of an agent, as the steps of an upgrade need it: kept before the candidate first starts,
 * brought back before the old copy does. Used by the owner thread.
 */
final class AgentData {
  private static final Logger LOG = LoggerFactory.getLogger(AgentData.class);

  /** What the slowest disk copies in a second, for the guard's patience. */
  private static final long BYTES_A_SECOND = 8L << 20;

  private static final long ENTRIES_A_SECOND = 500;

  /** For the slowest stop of the old copy, and a hook. */
  private static final Duration TO_START = Duration.ofMinutes(5);

  private final Snapshots snapshots;
  private final Host host;
  private final Slots slots;
  private final Guarded guard;

  AgentData(Snapshots snapshots, Host host, Slots slots, Guarded guard) {
    this.snapshots = snapshots;
    this.host = host;
    this.slots = slots;
    this.guard = guard;
  }

  /**
   * What the upgrade must keep, after a look whether it can be kept. Nothing of the upgrade has
   * started yet: what lies beside the data is of others.
   */
  List<Kept> prepare(Upgrade upgrade, Optional<Slot> from, Optional<Slot> to)
      throws Fault, InterruptedException {
    if (to.isEmpty()) {
      return List.of();
    }
    List<Kept> all = cleared(upgrade, from, to);
    snapshots.check(all);
    if (!all.isEmpty() && upgrade.name().equals(PackageName.INSTALLER)) {
      throw new Refused(
          ReasonCode.CONFLICT,
          "cannot upgrade %s: the daemon must run to keep data, so its own package has none"
              .formatted(upgrade.name()));
    }
    new Neighbours(slots).check(to.get());
    return all;
  }

  /**
   * Refuses what cannot be kept, as far as it is known before the candidate is here; says how many
   * bytes it will take where the slots are.
   */
  long foresee(Upgrade upgrade, Slot from) throws Fault, InterruptedException {
    return upgrade.to().isEmpty()
        ? 0
        : snapshots.room(cleared(upgrade, Optional.of(from), Optional.empty()), from.path());
  }

  private List<Kept> cleared(Upgrade upgrade, Optional<Slot> from, Optional<Slot> to)
      throws Fault, InterruptedException {
    snapshots.admit(from, to);
    List<Kept> all = Snapshots.named(upgrade.id(), from, to);
    snapshots.clear(all, id -> guard.isConfirmed(upgrade.name(), id));
    return all;
  }

  /** Nothing to stop the services for. */
  boolean isKept(Upgrade upgrade) throws Fault, InterruptedException {
    return Snapshots.taken(of(upgrade));
  }

  /**
   * Stops the services and takes what snapshots are missing. A candidate that has run already must
   * never be taken for what was there before.
   */
  void keep(Upgrade upgrade, Slot candidate, Progress progress) throws Fault, InterruptedException {
    List<Kept> all = of(upgrade);
    refuseLate(upgrade, candidate);
    Extent extent = snapshots.check(all);
    Duration copying =
        Duration.ofSeconds(extent.bytes() / BYTES_A_SECOND + extent.entries() / ENTRIES_A_SECOND);
    if (copying.isPositive()) {
      Duration deadline = candidate.descriptor().health().deadline();
      guard.allow(upgrade, deadline.plus(copying).plus(TO_START));
    }
    host.stop(candidate);
    Map<String, String> stopped = invocations(candidate);
    List<String> notes = snapshots.copy(all, done -> progress.at(done, extent.bytes()));
    // A guard that went back meanwhile has started the old copy: this is no snapshot then.
    guard.forward(
        upgrade,
        () -> {
          refuseStarted(candidate, stopped);
          snapshots.name(all);
        });
    progress.note(notes);
  }

  private Map<String, String> invocations(Slot slot) throws Fault, InterruptedException {
    Map<String, String> found = new HashMap<>();
    for (Descriptor.Service service : slot.descriptor().services()) {
      found.put(service.name(), host.state(slot.release().name(), service.name()).invocation());
    }
    return found;
  }

  /** What wrote to the data while it was copied has made it neither the old nor the new. */
  private void refuseStarted(Slot candidate, Map<String, String> stopped)
      throws Fault, InterruptedException {
    for (Map.Entry<String, String> now : invocations(candidate).entrySet()) {
      // Of a unit that nobody needs systemd forgets it.
      if (!now.getValue().isEmpty() && !now.getValue().equals(stopped.get(now.getKey()))) {
        throw new Refused(
            ReasonCode.WRONG_COPY,
            "cannot keep the data of %s: %s was started while it was copied, and may have changed it; who started it?"
                .formatted(candidate.release().name(), now.getKey()));
      }
    }
  }

  private void refuseLate(Upgrade upgrade, Slot candidate) throws Fault, InterruptedException {
    for (Descriptor.Service service : candidate.descriptor().services()) {
      ServiceState state = host.state(upgrade.name(), service.name());
      if (state.executable().filter(file -> file.startsWith(candidate.path())).isPresent()) {
        throw new Refused(
            ReasonCode.WRONG_COPY,
            "cannot keep the data of %s: %s runs from %s already, before a snapshot was taken; who started it?"
                .formatted(upgrade.name(), service.name(), candidate.release()));
      }
    }
  }

  /** Brings back what the candidate may have changed, with everything of the package stopped. */
  void restore(Upgrade upgrade, Optional<Slot> from, Optional<Slot> to)
      throws Fault, InterruptedException {
    guard.requireMounted(upgrade);
    List<Kept> all = of(upgrade);
    if (!Snapshots.any(all)) {
      return;
    }
    if (to.isPresent()) {
      host.stop(to.get());
    }
    if (from.isPresent()) {
      host.stop(from.get());
    }
    // A disk may be mounted for the agent only.
    guard.requireMounted(upgrade);
    snapshots.restore(all);
  }

  /** The candidate stays: there is nothing more to go back to. */
  void forget(Upgrade upgrade) throws Fault, InterruptedException {
    snapshots.forget(of(upgrade));
  }

  /** The candidate is gone; what it made of the data stays aside until the next upgrade. */
  void discard(Upgrade upgrade) throws Fault, InterruptedException {
    snapshots.discard(of(upgrade));
  }

  /**
   * Whether the service may be started from where {@code current} is, before the steps go on: a
   * candidate may not, unless all that it can change was kept.
   */
  boolean mayStart(Upgrade upgrade, Slot current) throws InterruptedException {
    boolean candidate = upgrade.to().filter(current.release()::equals).isPresent();
    try {
      return !candidate || Snapshots.taken(of(upgrade));
    } catch (Fault fault) {
      LOG.warn("not starting {} yet: {}", current.release(), fault.getMessage());
      return false;
    }
  }

  /** Removes what upgrades of a package left, unless a person may need it. */
  void tidy(History history) throws Fault, InterruptedException {
    for (Account account : history.accounts()) {
      if (account.outcome().orElse(null) instanceof Outcome.Upgraded) {
        snapshots.end(of(account.upgrade()));
      }
    }
    if (history.last().isPresent()) {
      tidy(history.last().get());
    }
  }

  private void tidy(Account last) throws Fault, InterruptedException {
    switch (last.outcome().orElse(null)) {
      case Outcome.Upgraded() -> forget(last.upgrade());
      case Outcome.Reverted _, Outcome.GivenUp _ -> discard(last.upgrade());
      case Outcome.Stuck _ -> {}
      case null -> {}
    }
  }

  /** What was armed; where that is lost, what both copies name. */
  private List<Kept> of(Upgrade upgrade) throws Fault, InterruptedException {
    if (upgrade.to().isEmpty()) {
      return List.of();
    }
    Optional<Armed> armed = guard.armed(upgrade);
    return armed.isPresent()
        ? armed.get().data()
        : Snapshots.named(upgrade.id(), whole(upgrade.from()), whole(upgrade.to()));
  }

  private Optional<Slot> whole(Optional<Release> release) {
    return release.flatMap(one -> slots.whole(one.name(), one.digest()));
  }
}

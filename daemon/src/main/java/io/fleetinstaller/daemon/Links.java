package io.fleetinstaller.daemon;

import io.fleetinstaller.host.Armed;
import io.fleetinstaller.host.Fired;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.ServiceState;
import io.fleetinstaller.release.Descriptor.Service;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.upgrade.Account;
import io.fleetinstaller.upgrade.History;
import io.fleetinstaller.upgrade.Outcome;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes {@code current} and {@code previous} right again after something other than an upgrade has
 * touched them: from the journal, else from what runs, else from the slots. A link that still names
 * a folder of ours is left alone, whatever is in it, unless nothing can run from it. Used by the
 * owner thread.
 */
final class Links {
  private static final Logger LOG = LoggerFactory.getLogger(Links.class);

  private static final int MOST_TOLD = 20;

  private final Situation situation;
  private final Host host;
  private final List<Reason> told = new CopyOnWriteArrayList<>();

  Links(Situation situation, Host host) {
    this.situation = situation;
    this.host = host;
  }

  /** Mends what is lost, and answers the slots that {@code current} names again. */
  Set<Slot> mend() throws InterruptedException {
    Set<Slot> mended = new HashSet<>();
    for (PackageName name : situation.slots().names()) {
      try {
        mendCurrent(name).ifPresent(mended::add);
        mendPrevious(name);
      } catch (Fault fault) {
        LOG.warn("cannot mend the links of {}: {}", name, fault.getMessage());
      }
    }
    return mended;
  }

  /**
   * At the start, where services ended with the daemon before: nobody starts a copy that is not
   * whole, so what is whole is current until that release is here again.
   */
  void leaveDamaged() throws InterruptedException {
    if (host.outlives()) {
      return;
    }
    for (PackageName name : situation.slots().names()) {
      try {
        if (!name.equals(PackageName.INSTALLER)
            && situation.slots().currentIsBroken(name)
            && !canBeMended(name)
            && !isUnderWay(name)) {
          leaveDamaged(name);
        }
      } catch (Fault fault) {
        LOG.warn("cannot leave the damaged copy of {}: {}", name, fault.getMessage());
      }
    }
  }

  private boolean canBeMended(PackageName name) {
    return situation.slots().currentIsLost(name) && !situation.slots().read(name).whole().isEmpty();
  }

  private boolean isUnderWay(PackageName name) throws Fault {
    return situation.journals().history(name).open().isPresent()
        || host.guard().armed(name).isPresent();
  }

  private void leaveDamaged(PackageName name) throws Fault, InterruptedException {
    Optional<Slot> previous = situation.slots().read(name).previous();
    Optional<Slot> whole =
        (previous.isPresent() ? previous : situation.slots().oldest(name, previous))
            .filter(slot -> canRead(slot, named(name)));
    tell(
        "current of %s named no whole slot at %s, and nothing ran; %s"
            .formatted(
                name,
                seconds(),
                whole
                    .map(slot -> "it is made to name " + slot.release())
                    .orElse("it is taken away")));
    if (whole.isPresent()) {
      situation.slots().replaceCurrent(whole.get());
      situation.slots().pointPrevious(name, Optional.empty());
    } else {
      situation.slots().unpoint(name);
    }
  }

  /** An upgrade is about to write a journal, which hides that those before it are lost. */
  void hides(PackageName name) {
    Damages.forgotten(situation, name).ifPresent(lost -> tell(lost.sentence()));
  }

  /** What was mended, or hidden, since the start of the daemon. Any thread may ask. */
  List<Reason> told() {
    return List.copyOf(told);
  }

  private void tell(String sentence) {
    LOG.warn("{}", sentence);
    told.add(new Reason(ReasonCode.STATE_DAMAGED, sentence));
    if (told.size() > MOST_TOLD) {
      told.removeFirst();
    }
  }

  /** Starts what is down since its link was lost: nobody else would. */
  void startFailed(Set<Slot> mended) throws InterruptedException {
    for (Slot slot : mended) {
      try {
        if (isDown(slot)) {
          host.restart(slot);
        }
      } catch (Fault fault) {
        LOG.warn("cannot start {} again: {}", slot.release(), fault.getMessage());
      }
    }
  }

  /**
   * Removes slots that nobody needs; never one that runs, or might without its link, or that an
   * upgrade could not bring back.
   */
  void prune(PackageName name) throws Fault, InterruptedException {
    Installed installed = situation.slots().read(name);
    // Where nobody tells how current came, the copy that worked may be one that no link names. Of
    // the daemon itself that is how setup leaves it.
    boolean told = installed.current().map(Slot::release).equals(named(name));
    if (told || name.equals(PackageName.INSTALLER)) {
      Set<Digest> needed = new HashSet<>();
      for (Slot slot : installed.whole()) {
        if (runs(slot)) {
          needed.add(slot.release().digest());
        }
      }
      History history = situation.journals().history(name);
      Optional<Account> stuck =
          history.last().filter(last -> last.outcome().orElse(null) instanceof Outcome.Stuck);
      Stream.concat(stuck.stream(), lastUpgraded(history).stream())
          .flatMap(account -> account.upgrade().from().stream())
          .map(Release::digest)
          .forEach(needed::add);
      situation.slots().prune(name, needed);
    }
  }

  /** What it went from is to stay: perhaps no link names it yet. */
  private static Optional<Account> lastUpgraded(History history) {
    return history.accounts().reversed().stream()
        .filter(account -> account.outcome().orElse(null) instanceof Outcome.Upgraded)
        .findFirst();
  }

  private Optional<Slot> mendCurrent(PackageName name) throws Fault, InterruptedException {
    if (!situation.slots().currentIsLost(name) || isTakenAway(name)) {
      return Optional.empty();
    }
    Optional<Slot> wanted = wanted(name);
    if (wanted.isPresent()) {
      tell(
          "current of %s was lost at %s; it is made to name %s again"
              .formatted(name, seconds(), wanted.get().release()));
      situation.slots().replaceCurrent(wanted.get());
    }
    return wanted;
  }

  /** Where there was nothing before an unconfirmed candidate, the guard goes back to that. */
  private boolean isTakenAway(PackageName name) throws Fault {
    Stream<Armed> fired = host.guard().fired(name).map(Fired::armed).stream();
    return Stream.concat(host.guard().armed(name).stream(), fired)
        .anyMatch(record ->
            record.from().isEmpty() && !situation.journals().isConfirmed(name, record.upgradeId()));
  }

  private Optional<Slot> wanted(PackageName name) throws Fault, InterruptedException {
    Installed installed = situation.slots().read(name);
    Optional<Account> last = situation.journals().history(name).last();
    if (last.isPresent() && last.get().current().isEmpty()) {
      return Optional.empty();
    }
    Optional<Slot> named = named(name).flatMap(release -> installed.find(release.digest()));
    if (named.isPresent()) {
      return named;
    }
    for (Slot slot : installed.whole()) {
      if (runs(slot)) {
        return Optional.of(slot);
      }
    }
    Optional<Slot> other =
        last.isPresent() && installed.previous().isPresent()
            ? installed.previous()
            : situation.slots().oldest(name, installed.previous());
    return other.filter(slot -> canRead(slot, named(name)));
  }

  /** Whether the data of the agent, if it keeps any, is not beyond this copy. */
  private boolean canRead(Slot slot, Optional<Release> ran) {
    return slot.descriptor().data().state().isEmpty()
        || ran.filter(newer -> slot.release().version().compareTo(newer.version()) < 0)
            .filter(situation::mayChangeData)
            .isEmpty();
  }

  private Optional<Release> named(PackageName name) {
    return situation.journals().history(name).last().flatMap(Account::current);
  }

  private void mendPrevious(PackageName name) throws Fault, InterruptedException {
    if (!situation.slots().previousIsLost(name)) {
      return;
    }
    History history = situation.journals().history(name);
    if (history.open().isPresent()) {
      return;
    }
    Installed installed = situation.slots().read(name);
    Optional<Release> before =
        lastUpgraded(history)
            .flatMap(account -> account.upgrade().from())
            .filter(release -> installed.find(release.digest()).isPresent())
            .filter(
                release -> !installed.current().map(Slot::release).equals(Optional.of(release)));
    if (before.isPresent()) {
      tell(
          "previous of %s was lost at %s; it is made to name %s again"
              .formatted(name, seconds(), before.get()));
    }
    situation.slots().replacePrevious(name, before);
  }

  private Instant seconds() {
    return situation.time().now().truncatedTo(ChronoUnit.SECONDS);
  }

  private boolean runs(Slot slot) throws Fault, InterruptedException {
    for (Service service : slot.descriptor().services()) {
      ServiceState state = host.state(slot.release().name(), service.name());
      if (state.executable().filter(file -> file.startsWith(slot.path())).isPresent()) {
        return true;
      }
    }
    return false;
  }

  private boolean isDown(Slot slot) throws Fault, InterruptedException {
    // What an init system has stopped a person may have stopped; our own children nobody else
    // starts.
    Set<ServiceState.Phase> down =
        host.outlives()
            ? EnumSet.of(ServiceState.Phase.FAILED)
            : EnumSet.complementOf(
                EnumSet.of(ServiceState.Phase.RUNNING, ServiceState.Phase.STARTING));
    for (Service service : slot.descriptor().services()) {
      ServiceState state = host.state(slot.release().name(), service.name());
      if (down.contains(state.phase())) {
        return true;
      }
    }
    return false;
  }
}

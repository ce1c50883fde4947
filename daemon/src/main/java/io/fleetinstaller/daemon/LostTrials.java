package io.fleetinstaller.daemon;

import io.fleetinstaller.host.Armed;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.upgrade.Account;
import io.fleetinstaller.upgrade.Conductor;
import io.fleetinstaller.upgrade.Journal;
import io.fleetinstaller.upgrade.Upgrade;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Upgrades whose journal lost their end, or was lost. What the guard keeps for the way back still
 * tells from where to where they go: they are led to their end as if nothing had happened.
 */
final class LostTrials {
  private static final Logger LOG = LoggerFactory.getLogger(LostTrials.class);
  private static final Origin UNKNOWN =
      new Origin(Origin.Kind.MANUAL, "unknown", "the journal that told it was lost");

  private final Situation situation;
  private final Host host;
  private final Conductor conductor;

  LostTrials(Situation situation, Host host, Conductor conductor) {
    this.situation = situation;
    this.host = host;
    this.conductor = conductor;
  }

  void resume() throws InterruptedException {
    for (PackageName name : situation.slots().names()) {
      if (situation.journals().history(name).open().isEmpty()) {
        try {
          resume(name);
        } catch (Fault fault) {
          LOG.warn("cannot go on with the trial of {}: {}", name, fault.getMessage());
        }
      }
    }
  }

  /** Goes on with an upgrade whose journal is there. */
  void resume(Journal journal) throws InterruptedException {
    if (journal.torn() && isOver(journal.account())) {
      conductor.conclude(journal);
    } else {
      conductor.resume(journal);
    }
  }

  /** What is current and not guarded any more was confirmed: the guard goes after that. */
  private boolean isOver(Account account) {
    PackageName name = account.upgrade().name();
    try {
      Optional<Release> current = situation.slots().read(name).current().map(Slot::release);
      return current.equals(account.upgrade().to())
          && host.guard().armed(name).isEmpty()
          && host.guard().fired(name).isEmpty();
    } catch (Fault fault) {
      LOG.warn("{}", fault.getMessage());
      return false;
    }
  }

  private void resume(PackageName name) throws Fault, InterruptedException {
    Optional<Armed> armed = host.guard().armed(name);
    Optional<Upgrade> lost = armed.flatMap(record -> upgrade(name, record));
    if (lost.isPresent()) {
      conductor.salvage(lost.get());
    }
  }

  /** Only where the candidate is current and there is a whole copy to go back to. */
  private Optional<Upgrade> upgrade(PackageName name, Armed armed) {
    Installed installed = situation.slots().read(name);
    Optional<Release> to = installed.current().map(Slot::release);
    Optional<Release> from =
        armed
            .from()
            .flatMap(folder ->
                installed.whole().stream()
                    .map(Slot::release)
                    .filter(release -> release.slotName().equals(folder))
                    .findFirst());
    boolean onTrial = to.map(Release::slotName).equals(armed.to());
    boolean newest =
        situation.journals().history(name).last().stream()
            .allMatch(account -> account.upgrade().id().compareTo(armed.upgradeId()) < 0);
    if (!onTrial || !newest || from.isPresent() != armed.from().isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        new Upgrade(armed.upgradeId(), name, from, to, UNKNOWN, Duration.ZERO, armed.at()));
  }
}

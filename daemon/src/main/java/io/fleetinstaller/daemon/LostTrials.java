package io.fleetinstaller.daemon;

import io.fleetinstaller.host.Armed;
import io.fleetinstaller.host.Fired;
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
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Upgrades whose journal lost their end, or was lost. What the guard keeps for the way back, or of
 * it, still tells from where to where they go: they are led to their end as if nothing had
 * happened, and what was taken back is remembered.
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
      LOG.warn("{}; the trial of {} goes on", fault.getMessage(), name);
      return false;
    }
  }

  /** Whether a trial whose journal is lost is still to be gone on with: that failed so far. */
  boolean isLeft(PackageName name) throws Fault {
    return host.guard()
        .armed(name)
        .flatMap(record -> upgrade(name, record, record.to()))
        .isPresent();
  }

  private void resume(PackageName name) throws Fault, InterruptedException {
    Optional<Armed> armed = host.guard().armed(name);
    Optional<Armed> fired = host.guard().fired(name).map(Fired::armed);
    Optional<Upgrade> lost =
        armed
            .flatMap(record -> upgrade(name, record, record.to()))
            .or(() -> fired.flatMap(record -> upgrade(name, record, record.from())));
    if (lost.isPresent()) {
      conductor.salvage(lost.get());
    } else {
      fired.ifPresent(record -> tell(name, record));
    }
  }

  /** Where what was taken back is not there any more it cannot be remembered, only told. */
  private void tell(PackageName name, Armed fired) {
    boolean known =
        situation.journals().history(name).accounts().stream()
            .anyMatch(account -> account.upgrade().id().equals(fired.upgradeId()));
    if (!known) {
      LOG.warn(
          "the guard took {} back from {} to {}, and nothing else tells of it",
          name,
          fired.to().orElse("nothing"),
          fired.from().orElse("nothing"));
    }
  }

  /**
   * Only where what should be current is, and the other copy is whole: there is a way back, or it
   * is known what was gone back from.
   *
   * @param current the folder of what the guard's record leaves current
   */
  private Optional<Upgrade> upgrade(PackageName name, Armed record, Optional<String> current) {
    Installed installed = situation.slots().read(name);
    Optional<Release> runs = installed.current().map(Slot::release);
    Optional<Release> from = release(record.from(), installed);
    Optional<Release> to = release(record.to(), installed);
    boolean newest =
        situation.journals().history(name).last().stream()
            .allMatch(account -> account.upgrade().id().compareTo(record.upgradeId()) < 0);
    if (!runs.map(Release::slotName).equals(current)
        || !newest
        || from.isPresent() != record.from().isPresent()
        || to.isPresent() != record.to().isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        new Upgrade(record.upgradeId(), name, from, to, UNKNOWN, Duration.ZERO, record.at()));
  }

  private static Optional<Release> release(Optional<String> folder, Installed installed) {
    return Stream.concat(installed.current().stream(), installed.whole().stream())
        .map(Slot::release)
        .filter(release -> folder.filter(release.slotName()::equals).isPresent())
        .findFirst();
  }
}

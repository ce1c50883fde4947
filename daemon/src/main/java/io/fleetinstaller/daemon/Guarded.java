package io.fleetinstaller.daemon;

import io.fleetinstaller.data.Snapshots;
import io.fleetinstaller.health.LastWords;
import io.fleetinstaller.health.Onlooker;
import io.fleetinstaller.host.Armed;
import io.fleetinstaller.host.Fired;
import io.fleetinstaller.host.Guard;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.Kept;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Difference;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.upgrade.Journals;
import io.fleetinstaller.upgrade.Steps;
import io.fleetinstaller.upgrade.Upgrade;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The guard, as the steps of an upgrade need it. Used by the owner thread. */
final class Guarded {
  private static final Logger LOG = LoggerFactory.getLogger(Guarded.class);

  /** The daemon has the first word on a candidate that is late: its verdict tells more. */
  private static final Duration AFTER_US = Duration.ofSeconds(5);

  private final Host host;
  private final Slots slots;
  private final Journals journals;

  Guarded(Host host, Slots slots, Journals journals) {
    this.host = host;
    this.slots = slots;
    this.journals = journals;
  }

  void arm(Upgrade upgrade, Optional<Slot> from, Optional<Slot> to, List<Kept> data)
      throws Fault, InterruptedException {
    Path journal = journals.file(upgrade).toAbsolutePath();
    host.guard().arm(new Guard.Charge(upgrade.id(), upgrade.name(), journal, from, to, data));
  }

  /**
   * What was armed for this upgrade, whether the guard went back or not; empty if none can tell.
   */
  Optional<Armed> armed(Upgrade upgrade) {
    try {
      return record(upgrade);
    } catch (Fault fault) {
      LOG.warn("cannot tell what was armed for {}: {}", upgrade.name(), fault.getMessage());
      return Optional.empty();
    }
  }

  private Optional<Armed> record(Upgrade upgrade) throws Fault {
    return records(upgrade.name()).stream()
        .filter(one -> one.upgradeId().equals(upgrade.id()))
        .findFirst();
  }

  /** Refuses to go on while data lies on a disk that is not mounted. */
  void requireMounted(Upgrade upgrade) throws Fault, InterruptedException {
    Snapshots.requireMounted(armed(upgrade).map(Armed::mounts).orElse(List.of()));
  }

  /**
   * Refuses to go on while the guard has still to bring back what another upgrade of the package
   * took: it would shoot this one down, or lose its way. One that is confirmed it leaves alone.
   */
  void requireNoOther(Upgrade upgrade) throws Fault, InterruptedException {
    for (Armed record : records(upgrade.name())) {
      if (!record.upgradeId().equals(upgrade.id()) && !isConfirmed(upgrade.name(), record)) {
        requireBack(record);
      }
    }
  }

  /**
   * Whether the copy to go back to is there to the last byte, while the service still runs. What is
   * damaged only a person may leave. What cannot be read is as lost as what has changed.
   */
  boolean hasWholeWayBack(Upgrade upgrade, Slot slot) throws Fault, InterruptedException {
    List<String> lost =
        slots.verify(slot).stream()
            .filter(Difference::breaksIt)
            .limit(20)
            .map(Difference::toString)
            .toList();
    if (!lost.isEmpty() && upgrade.origin().kind() != Origin.Kind.MANUAL) {
      throw new Refused(
          new Reason(
              ReasonCode.SLOT_DAMAGED,
              "cannot upgrade from %s: its copy is damaged, so it is no whole way back; whoever types rollback or upgrade goes without"
                  .formatted(slot.release()),
              lost));
    }
    if (!lost.isEmpty()) {
      LOG.warn("a person leaves {}, whose copy is damaged: {}", slot.release(), lost);
    }
    return lost.isEmpty();
  }

  private boolean isConfirmed(PackageName name, Armed record) {
    return isConfirmed(name, record.upgradeId());
  }

  /** Whether the guard leaves this upgrade alone for ever. */
  boolean isConfirmed(PackageName name, String id) {
    return journals.isConfirmed(name, id);
  }

  /** Does away with what is left of upgrades that are over, unless their data is not back. */
  void tidy(PackageName name) throws Fault, InterruptedException {
    for (Armed record : records(name)) {
      requireBack(record);
    }
    host.guard().disarm(name);
  }

  private static void requireBack(Armed record) throws Fault, InterruptedException {
    Snapshots.requireMounted(record.mounts());
    if (Snapshots.any(record.data())) {
      throw new Fault.Transient(
          ReasonCode.CONFLICT,
          "cannot leave upgrade %s behind: the guard has yet to bring back its data"
              .formatted(record.upgradeId()));
    }
  }

  /** What was armed for the package, whether the guard went back or not. */
  List<Armed> records(PackageName name) throws Fault {
    Stream<Armed> fired = host.guard().fired(name).map(Fired::armed).stream();
    return Stream.concat(host.guard().armed(name).stream(), fired).toList();
  }

  /** The trial may take so much longer; if that cannot be told, what was told before stands. */
  void allow(Upgrade upgrade, Duration left) throws InterruptedException {
    try {
      host.guard().allow(upgrade.name(), left.plus(AFTER_US));
    } catch (Fault fault) {
      LOG.warn("cannot set the deadline of {}: {}", upgrade.name(), fault.getMessage());
    }
  }

  /**
   * Tells the guard when the candidate is well for the first time, and gives the trial as much more
   * time as the gate does while the environment hides the answer.
   */
  Onlooker telling(Upgrade upgrade, Duration deadline) {
    AtomicBoolean well = new AtomicBoolean();
    AtomicBoolean extended = new AtomicBoolean();
    return standing -> {
      if (standing.well().isPositive() && well.compareAndSet(false, true)) {
        tell(upgrade.name(), true);
      }
      boolean longer = standing.limit().compareTo(deadline) > 0;
      if (longer && extended.compareAndSet(false, true)) {
        extend(upgrade, deadline.multipliedBy(2).minus(standing.watched()));
      }
    };
  }

  private void tell(PackageName name, boolean well) {
    try {
      host.guard().well(name, well);
    } catch (Fault fault) {
      LOG.warn("{}", fault.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void extend(Upgrade upgrade, Duration left) {
    try {
      allow(upgrade, left);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * As long as data waits to be brought back, on a disk that fails or is not mounted, nobody but
   * the guard will do it.
   */
  void disarm(Upgrade upgrade) throws Fault, InterruptedException {
    requireNoOther(upgrade);
    if (!isConfirmed(upgrade.name(), upgrade.id())) {
      requireMounted(upgrade);
      Optional<Armed> armed = host.guard().armed(upgrade.name());
      if (armed.isPresent()) {
        requireBack(armed.get());
      }
    }
    host.guard().disarm(upgrade.name());
  }

  /** What is done while the guard is kept still. */
  interface Deed {
    void run() throws Fault, InterruptedException;
  }

  /** Does something of the way forward, while the guard is kept from going back. */
  void forward(Upgrade upgrade, Deed deed) throws Fault, InterruptedException {
    still(() -> {
      Optional<Reason> reason = mark(upgrade);
      if (reason.isPresent()) {
        throw new Refused(reason.get());
      }
      deed.run();
    });
  }

  /** Confirms; what the guard must know beforehand is told on the way. */
  void confirm(Upgrade upgrade, Steps.Confirmation line) throws Fault, InterruptedException {
    forward(
        upgrade,
        () -> {
          host.guard().confirming(upgrade.name());
          line.write();
        });
  }

  /**
   * Goes back, while the guard is kept from doing the same at the same time. The guard needs less
   * for it: what fails here it is asked for, and what it has done need not be done again.
   */
  void back(Upgrade upgrade, Deed deed) throws Fault, InterruptedException {
    tell(upgrade.name(), false);
    try {
      still(deed);
    } catch (Fault fault) {
      if (takenBack(upgrade).isEmpty()) {
        host.guard().goBack(upgrade.name());
        throw fault;
      }
      LOG.warn(
          "the guard of {} has gone back already; not mended: {}",
          upgrade.name(),
          fault.getMessage());
    }
  }

  @SuppressWarnings("try")
  private void still(Deed deed) throws Fault, InterruptedException {
    try (Guard.Hold hold = host.guard().hold()) {
      deed.run();
    }
  }

  /** Why the guard has gone back from this upgrade, once it is not at work. */
  @SuppressWarnings("try")
  Optional<Reason> takenBack(Upgrade upgrade) throws InterruptedException {
    try (Guard.Hold hold = host.guard().hold()) {
      return mark(upgrade);
    } catch (Fault fault) {
      LOG.warn(
          "cannot tell whether the guard of {} went back: {}", upgrade.name(), fault.getMessage());
      return Optional.empty();
    }
  }

  /** With the last words of the candidate. */
  private Optional<Reason> mark(Upgrade upgrade) throws Fault, InterruptedException {
    Optional<Fired> fired =
        host.guard()
            .fired(upgrade.name())
            .filter(mark -> mark.armed().upgradeId().equals(upgrade.id()));
    return fired.isPresent() ? Optional.of(reason(upgrade, fired.get())) : Optional.empty();
  }

  private Reason reason(Upgrade upgrade, Fired fired) throws InterruptedException {
    String candidate = upgrade.to().map(Release::toString).orElse("the removal");
    String sentence =
        switch (fired.why()) {
          case FAILED -> "a service of %s ended by itself, and the guard went back";
          case DEADLINE -> "%s was not confirmed in its time, and the guard went back";
          case BOOT -> "the machine went down while %s was on trial, and the guard went back";
        };
    ReasonCode code =
        fired.why() == Fired.Why.BOOT ? ReasonCode.INCONCLUSIVE : ReasonCode.GUARD_FIRED;
    return new Reason(code, sentence.formatted(candidate), lastWords(upgrade, fired.armed()));
  }

  private List<String> lastWords(Upgrade upgrade, Armed armed) throws InterruptedException {
    Optional<Slot> to =
        upgrade.to().flatMap(release -> slots.whole(upgrade.name(), release.digest()));
    return to.isPresent() ? LastWords.of(host, to.get(), armed.at()) : List.of();
  }

  /** The slots that must stay because the guard may need them. */
  Set<Digest> kept(Upgrade upgrade) throws Fault {
    Optional<Armed> armed = host.guard().armed(upgrade.name());
    return slots.read(upgrade.name()).whole().stream()
        .map(Slot::release)
        .filter(release -> armed.filter(one -> one.names(release.slotName())).isPresent())
        .map(Release::digest)
        .collect(Collectors.toSet());
  }
}

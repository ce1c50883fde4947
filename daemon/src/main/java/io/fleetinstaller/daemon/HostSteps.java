package io.fleetinstaller.daemon;

import io.fleetinstaller.health.Gate;
import io.fleetinstaller.health.Onlooker;
import io.fleetinstaller.health.Standing;
import io.fleetinstaller.health.Trial;
import io.fleetinstaller.health.Verdict;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.ServiceState;
import io.fleetinstaller.io.Durations;
import io.fleetinstaller.io.Redactor;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.upgrade.Progress;
import io.fleetinstaller.upgrade.Step;
import io.fleetinstaller.upgrade.Steps;
import io.fleetinstaller.upgrade.Upgrade;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each step means on this host: calls on staging, slots, host and gate, in the order that
 * promises rest on.
 */
final class HostSteps implements Steps {
  private static final Logger LOG = LoggerFactory.getLogger(HostSteps.class);

  private final Staging staging;
  private final Slots slots;
  private final Host host;
  private final Gate gate;
  private final Guarded guard;
  private final AgentData data;
  private final Time time;
  private static final Set<ReasonCode> OF_THE_DISK =
      EnumSet.of(ReasonCode.DISK_FULL, ReasonCode.IO_ERROR);

  private final Map<String, Restart> restarts = new ConcurrentHashMap<>();

  /** Upgrades that were given up for nothing that the candidate could do about it. */
  private final Set<String> unblamed = ConcurrentHashMap.newKeySet();

  /** Upgrades by which a person leaves a copy that is damaged, and not to be gone back to again. */
  private final Set<String> leftDamaged = ConcurrentHashMap.newKeySet();

  /** When a restart began and when it had returned; the old copy's last words lie between. */
  private record Restart(Instant began, Instant over) {}

  /** Where the steps act: the copies on disk, and the host that runs them. */
  record Place(Slots slots, Host host) {}

  /** What looks after the way back while an upgrade is under way. */
  record Care(Guarded guard, AgentData data) {}

  HostSteps(Staging staging, Place place, Care care, Time time) {
    this.staging = staging;
    this.guard = care.guard();
    this.data = care.data();
    this.slots = place.slots();
    this.host = place.host();
    this.gate = new Gate(place.host(), time);
    this.time = time;
  }

  @Override
  public void run(Step step, Upgrade upgrade, Progress progress)
      throws Fault, InterruptedException {
    switch (step) {
      case FETCH -> fetch(upgrade, progress);
      case UNPACK -> staging.unpack(upgrade, progress);
      case ARM -> arm(upgrade);
      case SWITCH -> guard.forward(upgrade, () -> turn(upgrade));
      case RESTART -> restart(upgrade, progress);
      case OBSERVE -> observe(upgrade, progress);
      case CONFIRM -> throw new IllegalStateException("a confirmation is a line of the journal");
      case DISARM -> guard.disarm(upgrade);
      case PRUNE -> prune(upgrade);
      case SWITCH_BACK -> guard.back(upgrade, () -> turnBack(upgrade));
      case RESTART_OLD -> restartOld(upgrade);
      case OBSERVE_OLD -> observeOld(upgrade, progress);
      case DISCARD -> discard(upgrade);
    }
  }

  @Override
  public void confirm(Upgrade upgrade, Confirmation line) throws Fault, InterruptedException {
    guard.confirm(upgrade, line);
  }

  @Override
  public Optional<Reason> takenBack(Upgrade upgrade) throws InterruptedException {
    return guard.takenBack(upgrade);
  }

  private void fetch(Upgrade upgrade, Progress progress) throws Fault, InterruptedException {
    guard.requireNoOther(upgrade);
    long beside = 0;
    if (upgrade.from().isPresent()) {
      beside = foresee(upgrade, slot(upgrade.name(), upgrade.from().get()));
    } else if (slots.currentIsBroken(upgrade.name()) && !staging.here(upgrade)) {
      // Going back would take the service away: what runs now could not be brought back.
      throw new Refused(
          ReasonCode.SLOT_DAMAGED,
          "cannot upgrade %s: its current names no whole slot, so there is no way back; roll back, or delete the link %s of a package that need not run"
              .formatted(upgrade.name(), "current"));
    }
    staging.fetch(upgrade, beside, progress);
  }

  private void arm(Upgrade upgrade) throws Fault, InterruptedException {
    guard.requireNoOther(upgrade);
    Optional<Slot> from = slot(upgrade.name(), upgrade.from());
    Optional<Slot> to = slot(upgrade.name(), upgrade.to());
    try {
      if (to.isPresent()) {
        host.check(to.get());
      }
      if (from.isPresent() && !guard.hasWholeWayBack(upgrade, from.get())) {
        leftDamaged.add(upgrade.id());
      }
      guard.arm(upgrade, from, to, data.prepare(upgrade, from, to));
    } catch (Fault fault) {
      if (fault.reason().code().blame() == ReasonCode.Blame.STATE || isHosts(fault)) {
        unblamed.add(upgrade.id());
      }
      throw fault;
    }
  }

  /** What may be over by the next try; on a disk that is full or fails nothing is kept for it. */
  private static boolean isHosts(Fault fault) {
    return fault instanceof Fault.Transient && !OF_THE_DISK.contains(fault.reason().code());
  }

  /** What was begun is only a saving: it makes way for the agent's data. */
  private long foresee(Upgrade upgrade, Slot from) throws Fault, InterruptedException {
    try {
      return data.foresee(upgrade, from);
    } catch (Fault.Transient fault) {
      if (fault.reason().code() != ReasonCode.DISK_FULL) {
        throw fault;
      }
      slots.forgetBegun(_ -> true);
      return data.foresee(upgrade, from);
    }
  }

  private void turn(Upgrade upgrade) throws Fault, InterruptedException {
    Optional<Slot> from = slot(upgrade.name(), upgrade.from());
    Optional<Slot> to = slot(upgrade.name(), upgrade.to());
    if (to.isEmpty()) {
      host.uninstall(from.orElseThrow());
      slots.unpoint(upgrade.name());
      host.reload();
      return;
    }
    hook(to.get(), to.get().descriptor().hooks().beforeSwitch(), "before-switch");
    host.install(to.get(), from);
    // First: who ends right behind the link must not be started from it as if not on trial.
    host.reload();
    slots.point(to.get());
  }

  private void turnBack(Upgrade upgrade) throws Fault, InterruptedException {
    Optional<Slot> from = slot(upgrade.name(), upgrade.from());
    Optional<Slot> to =
        upgrade.to().flatMap(release -> slots.whole(upgrade.name(), release.digest()));
    data.restore(upgrade, from, to);
    if (from.isPresent()) {
      host.install(from.get(), to);
      slots.point(from.get());
    } else {
      if (to.isPresent()) {
        host.uninstall(to.get());
      }
      slots.unpoint(upgrade.name());
    }
    // Last: while current names the candidate, who ends must be left down.
    host.guard().trialOver(upgrade.name());
    host.reload();
  }

  private void restart(Upgrade upgrade, Progress progress) throws Fault, InterruptedException {
    checkCurrent(upgrade);
    Slot slot = slot(upgrade.name(), upgrade.to().orElseThrow());
    Instant began = time.now();
    if (!data.isKept(upgrade)) {
      data.keep(upgrade, slot, progress);
      // It may have taken long enough for the guard to go back meanwhile.
      checkCurrent(upgrade);
    }
    restart(upgrade, slot, began);
    hook(slot, slot.descriptor().hooks().afterSwitch(), "after-switch");
  }

  private void restartOld(Upgrade upgrade) throws Fault, InterruptedException {
    Slot slot = slot(upgrade.name(), upgrade.from().orElseThrow());
    if (runsFrom(slot)) {
      LOG.atInfo()
          .addKeyValue("package", upgrade.name())
          .log("{} runs already; leaving it alone", slot.release());
      return;
    }
    restart(upgrade, slot, time.now());
  }

  private void restart(Upgrade upgrade, Slot slot, Instant began)
      throws Fault, InterruptedException {
    restarts.put(upgrade.id(), new Restart(began, began));
    host.restart(slot);
    restarts.put(upgrade.id(), new Restart(began, time.now()));
  }

  /** Whether every service still runs from this very slot: then the switch never reached it. */
  private boolean runsFrom(Slot slot) throws Fault, InterruptedException {
    for (Descriptor.Service service : slot.descriptor().services()) {
      ServiceState state = host.state(slot.release().name(), service.name());
      boolean same = state.executable().filter(file -> file.startsWith(slot.path())).isPresent();
      if (state.phase() != ServiceState.Phase.RUNNING || !same) {
        return false;
      }
    }
    return true;
  }

  private void observe(Upgrade upgrade, Progress progress) throws Fault, InterruptedException {
    checkCurrent(upgrade);
    if (upgrade.to().isEmpty()) {
      observeGone(upgrade);
      return;
    }
    Slot slot = slot(upgrade.name(), upgrade.to().get());
    Restart restart = lastRestart(upgrade);
    Trial trial =
        Trial.ofCandidate(slot, restart.began(), restart.over())
            .stableForAtLeast(upgrade.stableFor());
    Duration deadline = trial.terms().deadline();
    guard.allow(upgrade, deadline);
    judge(trial, progress, guard.telling(upgrade, deadline));
  }

  /**
   * A way back that could write no line in the journal may have moved {@code current} while the
   * candidate still runs: well or not, it must not be confirmed then.
   */
  private void checkCurrent(Upgrade upgrade) throws Fault {
    Optional<Digest> current =
        slots.read(upgrade.name()).current().map(slot -> slot.release().digest());
    if (!current.equals(upgrade.to().map(Release::digest))) {
      throw new Refused(
          ReasonCode.WRONG_COPY,
          "cannot go on with the upgrade of %s: current does not name its candidate"
              .formatted(upgrade.name()));
    }
  }

  private void observeGone(Upgrade upgrade) throws Fault, InterruptedException {
    Slot slot = slot(upgrade.name(), upgrade.from().orElseThrow());
    for (Descriptor.Service service : slot.descriptor().services()) {
      ServiceState state = host.state(upgrade.name(), service.name());
      if (state.mainPid().isPresent()) {
        throw new Refused(
            ReasonCode.NOT_STABLE,
            "cannot remove %s: %s still runs".formatted(upgrade.name(), service.name()));
      }
    }
  }

  private void observeOld(Upgrade upgrade, Progress progress) throws Fault, InterruptedException {
    Slot slot = slot(upgrade.name(), upgrade.from().orElseThrow());
    judge(Trial.ofOld(slot, lastRestart(upgrade).began()), progress, _ -> {});
  }

  private Restart lastRestart(Upgrade upgrade) {
    Instant now = time.now();
    return restarts.getOrDefault(upgrade.id(), new Restart(now, now));
  }

  private void judge(Trial trial, Progress progress, Onlooker more)
      throws Fault, InterruptedException {
    Verdict verdict =
        gate.observe(
            trial,
            standing -> {
              tell(standing, progress);
              more.see(standing);
            });
    switch (verdict) {
      case Verdict.Well(List<String> evidence) -> progress.note(evidence);
      case Verdict.Unwell(var reason) -> throw new Refused(reason);
    }
  }

  private static void tell(Standing standing, Progress progress) {
    progress.at(standing.well().toMillis(), standing.wanted().toMillis());
    if (standing.well().isPositive()) {
      progress.well();
    }
  }

  private void prune(Upgrade upgrade) throws Fault, InterruptedException {
    // Begun again after a restart, it must not touch the links of a later upgrade.
    checkCurrent(upgrade);
    try {
      // First, for it needs no room and makes some.
      data.forget(upgrade);
    } finally {
      boolean damaged = leftDamaged.remove(upgrade.id());
      slots.pointPrevious(upgrade.name(), damaged ? Optional.empty() : upgrade.from());
    }
    slots.prune(upgrade.name(), guard.kept(upgrade));
    restarts.remove(upgrade.id());
  }

  private void discard(Upgrade upgrade) throws Fault, InterruptedException {
    data.discard(upgrade);
    guard.disarm(upgrade);
    staging.forget(upgrade);
    restarts.remove(upgrade.id());
    leftDamaged.remove(upgrade.id());
    if (upgrade.to().isPresent()) {
      if (unblamed.remove(upgrade.id())) {
        slots.layAside(upgrade.to().get());
      } else {
        slots.discard(upgrade.to().get());
      }
    }
  }

  private void hook(Slot slot, Descriptor.@Nullable Hook hook, String which)
      throws Fault, InterruptedException {
    if (hook == null) {
      return;
    }
    LOG.atInfo()
        .addKeyValue("package", slot.release().name())
        .log("running the {} hook of {}: {}", which, slot.release(), hook.argv());
    Host.Exit exit = host.run(slot, hook.argv(), hook.timeout());
    if (exit.timedOut() || exit.status() != 0) {
      String how =
          exit.timedOut()
              ? "did not end within " + Durations.text(hook.timeout())
              : "exited " + exit.status();
      throw new Refused(
          new Reason(
              ReasonCode.HOOK_FAILED,
              "cannot switch to %s: its %s hook %s".formatted(slot.release(), which, how),
              Redactor.lines(exit.output())));
    }
  }

  private Optional<Slot> slot(PackageName name, Optional<Release> release) throws Fault {
    return release.isEmpty() ? Optional.empty() : Optional.of(slot(name, release.get()));
  }

  private Slot slot(PackageName name, Release release) throws Fault {
    return slots
        .whole(name, release.digest())
        .orElseThrow(() ->
            new Refused(
                ReasonCode.SLOT_DAMAGED,
                "cannot use the slot of %s: it is gone or was damaged; check the disk"
                    .formatted(release)));
  }
}

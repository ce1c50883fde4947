package io.fleetinstaller.systemd;

import io.fleetinstaller.host.Guard;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.host.Places;
import io.fleetinstaller.host.Proc;
import io.fleetinstaller.host.ServiceState;
import io.fleetinstaller.host.Watchdog;
import io.fleetinstaller.io.Labels;
import io.fleetinstaller.io.NotifySocket;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Descriptor.Service;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Linux host with systemd, 239 or later, and the right to tell it what to do. */
public final class SystemdHost implements Host {
  private static final Logger LOG = LoggerFactory.getLogger(SystemdHost.class);

  private final HostContext context;
  private final Labels labels;
  private final Systemctl systemctl;
  private final Conflicts conflicts;
  private final UnitFiles units;
  private final Jobs jobs;
  private final SystemdGuard guard;
  private final Accounts accounts;
  private final Places places;
  private final Journald journald;
  private final TransientUnit transientUnit;

  public SystemdHost(HostContext context, Programs programs) {
    this(context, programs, Labels.ofThisMachine(programs), UnitFiles.searchPath());
  }

  /**
   * @param unitDirectories where unit files lie; ours go into the first
   */
  SystemdHost(HostContext context, Programs programs, Labels labels, List<Path> unitDirectories) {
    Claims claims = new Claims(context, new Findings(context, unitDirectories.getFirst()));
    this.context = context;
    this.labels = labels;
    this.systemctl = new Systemctl(programs);
    this.conflicts = new Conflicts(context, claims, unitDirectories);
    this.units = new UnitFiles(context, claims, systemctl, unitDirectories.getFirst());
    this.jobs = new Jobs(systemctl, context.time());
    this.guard =
        new SystemdGuard(
            context,
            programs,
            new Deadline.Places(unitDirectories.getFirst(), Deadline.Places.PASSING));
    this.accounts = new Accounts(programs);
    this.places = new Places(context.disk(), programs, labels);
    this.journald = new Journald(programs);
    this.transientUnit = new TransientUnit(programs);
  }

  @Override
  public void check(Slot slot) throws Fault, InterruptedException {
    labels.check(slot.path());
    conflicts.check(slot);
  }

  @Override
  public Guard guard() {
    return guard;
  }

  @Override
  public void install(Slot slot, Optional<Slot> replaced) throws Fault, InterruptedException {
    accounts.create(slot);
    places.make(slot);
    units.install(slot);
    labels.restoreOnly(units.written(slot));
    if (replaced.isPresent()) {
      Set<String> kept = new HashSet<>(names(slot));
      remove(
          slot.release().name(),
          names(replaced.get()).stream().filter(unit -> !kept.contains(unit)).toList());
    }
  }

  @Override
  public void reload() throws Fault, InterruptedException {
    systemctl.reload();
  }

  @Override
  public void restart(Slot slot) throws Fault, InterruptedException {
    jobs.restart(names(slot));
  }

  @Override
  public void stop(Slot slot) throws Fault, InterruptedException {
    jobs.stop(names(slot).reversed());
  }

  @Override
  public void uninstall(Slot slot) throws Fault, InterruptedException {
    remove(slot.release().name(), names(slot));
    systemctl.reload();
  }

  @Override
  public ServiceState state(PackageName name, String service) throws Fault, InterruptedException {
    Path home = context.packages().resolve(name.value());
    UnitState unit = UnitState.of(systemctl, service);
    boolean unclear = unit.isForgotten() || unit.failedOnStop();
    if (unclear && journald.neverAskedToStop(service)) {
      // One that is not forgotten told systemd by itself that it stops, or ran as long as it may.
      unit = unit.notAskedToStop();
      if (unit.isForgotten()) {
        return UnitState.endedAndForgotten();
      }
    }
    return unit.service(pid -> Proc.running(pid, home, context.time().now()));
  }

  @Override
  public List<String> log(PackageName name, String service, Instant since, int lines)
      throws Fault, InterruptedException {
    return journald.tail(service, since, lines);
  }

  @Override
  public Exit run(Slot slot, List<String> argv, Duration timeout)
      throws Fault, InterruptedException {
    return transientUnit.run(slot.command(argv), timeout);
  }

  @Override
  public void resume(List<Slot> current) throws InterruptedException {
    // Systemd started them, or keeps them from starting for reasons of its own.
    try {
      guard.mend(current);
    } catch (Fault fault) {
      LOG.warn("{}; it is tried again at the next start", fault.getMessage());
    }
  }

  @Override
  public boolean outlives() {
    return true;
  }

  @Override
  public void ready() throws Fault {
    Optional<NotifySocket> systemd = NotifySocket.ofThisProcess();
    if (systemd.isPresent()) {
      systemd.get().ready();
    }
  }

  @Override
  public Optional<Watchdog> watchdog() {
    return NotifySocket.ofThisProcess()
        .flatMap(systemd ->
            NotifySocket.patience(System.getenv())
                .map(patience -> new Watchdog(patience, systemd::alive)));
  }

  @Override
  public void close() {
    // Services go on without us: that is what they have units of their own for.
  }

  private void remove(PackageName name, List<String> gone) throws Fault, InterruptedException {
    List<String> ours = new ArrayList<>();
    for (String unit : gone) {
      if (units.holds(name, unit)) {
        ours.add(unit);
      }
    }
    jobs.stop(ours.reversed());
    for (String unit : ours) {
      units.remove(name, unit);
    }
  }

  private static List<String> names(Slot slot) {
    return slot.descriptor().services().stream().map(Service::name).toList();
  }
}

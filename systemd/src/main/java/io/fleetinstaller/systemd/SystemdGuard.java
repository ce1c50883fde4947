package io.fleetinstaller.systemd;

import io.fleetinstaller.host.Armed;
import io.fleetinstaller.host.ArmedRecords;
import io.fleetinstaller.host.Fired;
import io.fleetinstaller.host.Guard;
import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.host.ServiceState;
import io.fleetinstaller.io.Flock;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Descriptor.Service;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The guard of a systemd host: a shell script outside the cgroups of daemon and agent, run by
 * systemd when a service on trial ends by itself, when the deadline is over, and at boot. See
 * {@code guard/guard} among the resources.
 */
final class SystemdGuard implements Guard {
  private static final Logger LOG = LoggerFactory.getLogger(SystemdGuard.class);

  /** The slowest that a service may stop and start. */
  private static final Duration A_RESTART = Duration.ofMinutes(2);

  /** A line of the record for each drop-in of the trial. */
  private static final String DROP_IN = "dropin=";

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._/+-]+");
  private static final Duration TRY = Duration.ofSeconds(20);

  private final HostContext context;
  private final ArmedRecords records;
  private final Systemctl systemctl;
  private final Programs programs;
  private final Path units;
  private final GuardFiles files;
  private final DropIns dropIns;
  private final OpenTrials trials;
  private final KnownCopies copies;
  private final Deadline deadline;

  SystemdGuard(HostContext context, Programs programs, Deadline.Places places) {
    this.context = context;
    this.records = new ArmedRecords(context);
    this.systemctl = new Systemctl(programs);
    this.programs = programs;
    this.units = places.lasting();
    this.files = new GuardFiles(context, units);
    this.dropIns = new DropIns(units, context.disk());
    this.trials = new OpenTrials(context);
    this.copies = new KnownCopies(context);
    this.deadline = new Deadline(places, context.disk(), systemctl);
  }

  @Override
  public void arm(Charge charge) throws Fault, InterruptedException {
    PackageName name = charge.name();
    install(name);
    try (Hold _ = hold()) {
      List<String> lines = new ArrayList<>(WayBack.prepare(charge, units, context.disk()));
      List<String> services = names(charge.to());
      deadline.set(name, untilObserved(charge), String.join(" ", services));
      dropIns.ofTrial(services).forEach(file -> lines.add(DROP_IN + file));
      trials.begin(name);
      if (charge.from().isEmpty()) {
        // What was before it is not to come back at boot.
        copies.forget(name);
      }
      // One that still tries to end another upgrade would end this one.
      systemctl.stop("fleet-installer-guard@%s.service".formatted(name));
      trials.copy(name, records.arm(charge, lines));
      // Last: a unit that is left down when it ends has somebody who knows of it.
      dropIns.trial(name, services);
    } catch (IOException e) {
      throw failed("arm the guard of " + name, e);
    }
  }

  @Override
  public void allow(PackageName name, Duration left) throws Fault, InterruptedException {
    try {
      deadline.set(name, left, deadline.services(name));
      if (!trials.isWatched(name) || records.text(name).length == 0) {
        watch(name);
      }
    } catch (IOException e) {
      throw failed("set the deadline of " + name, e);
    }
  }

  /** While the guard is kept still, for it may be at work by what is moved here. */
  private void watch(PackageName name) throws Fault, InterruptedException, IOException {
    try (Hold _ = hold()) {
      trials.open(name, records.text(name));
      if (records.text(name).length == 0 && fired(name).isEmpty()) {
        records.restore(name, trials.text(name));
      }
    }
  }

  @Override
  public void well(PackageName name, boolean well) throws Fault {
    try {
      trials.well(name, well);
    } catch (IOException e) {
      throw failed("tell the guard how the candidate of %s is".formatted(name), e);
    }
  }

  @Override
  public void confirming(PackageName name) throws Fault {
    try {
      copies.forget(name);
      trials.close(name);
    } catch (IOException e) {
      throw failed("tell the guard that %s is about to be confirmed".formatted(name), e);
    }
  }

  @Override
  public void trialOver(PackageName name) throws Fault {
    try {
      dropIns.trialOver(name);
    } catch (IOException e) {
      throw failed("end the trial of " + name, e);
    }
  }

  @Override
  public void disarm(PackageName name) throws Fault, InterruptedException {
    try (Hold _ = hold()) {
      Set<String> onTrial = new LinkedHashSet<>(dropIns.trialOver(name));
      // An earlier try may have deleted the files, and come no further.
      records.more(name, DROP_IN).stream().map(DropIns::unit).forEach(onTrial::add);
      boolean wound = deadline.isSet(name);
      deadline.remove(name);
      // The record goes last: while it is there, what is gone from disk systemd may still have.
      if (wound || !onTrial.isEmpty() || records.isThere(name)) {
        systemctl.reload();
      }
      startFallen(onTrial);
      Path home = context.packages().resolve(name.value());
      if (Files.exists(home)) {
        WayBack.clear(name, home.toRealPath(), units, context.disk());
      }
      // It must not outlive the record, of which it holds a copy.
      trials.close(name);
      records.disarm(name);
      copies.learn(name);
    } catch (IOException e) {
      throw failed("disarm the guard of " + name, e);
    }
  }

  /** What ended by itself while systemd was told to leave it down, and nobody saw it. */
  private void startFallen(Set<String> onTrial) throws Fault, InterruptedException {
    for (String unit : onTrial) {
      if (!Files.exists(units.resolve(unit))) {
        continue;
      }
      UnitState state = UnitState.of(systemctl, unit);
      if (state.phase() == ServiceState.Phase.FAILED && !state.hasJob()) {
        LOG.info("starting {}, which ended on trial", unit);
        systemctl.resetFailed(unit);
        systemctl.start(unit);
      }
    }
  }

  @Override
  public void goBack(PackageName name) throws Fault, InterruptedException {
    systemctl.start("fleet-installer-guard@%s.service".formatted(name));
  }

  /** Where the record is lost or damaged its copy counts, unless the guard has gone back. */
  @Override
  public Optional<Armed> armed(PackageName name) throws Fault {
    Optional<Armed> armed = records.armed(name);
    return armed.isPresent() || fired(name).isPresent() ? armed : trials.copied(name);
  }

  @Override
  public Optional<Fired> fired(PackageName name) throws Fault {
    Optional<Fired> fired = records.fired(name);
    return fired.isPresent() ? fired : trials.fired(name);
  }

  @Override
  public Hold hold() throws Fault, InterruptedException {
    Path lock = files.lock();
    // Nobody can tell from an I/O error that nothing was ever armed here.
    if (Files.notExists(lock)) {
      return () -> {};
    }
    try {
      return Flock.take(lock, context.time())::close;
    } catch (IOException e) {
      throw new Fault.Transient(
          ReasonCode.IO_ERROR,
          "cannot keep the guard still: %s; it is tried again, see to the disk of %s"
              .formatted(e.getMessage(), lock));
    }
  }

  /**
   * Brings back what the guard has lost, or what was done to it, while anything is armed, and up to
   * date what was ever installed. Over a daemon that is on trial itself watches the guard of the
   * one before it: that is left as it is, but for what is gone.
   *
   * @param current what the packages have
   */
  void mend(List<Slot> current) throws Fault, InterruptedException {
    try {
      if (records.any() || files.any()) {
        told(isOnTrial() ? files.restore() : files.install());
      }
    } catch (IOException e) {
      throw failed("keep the guard's files as they should be", e);
    } finally {
      current.stream().map(slot -> slot.release().name()).forEach(this::learn);
    }
  }

  private void learn(PackageName name) {
    if (!records.isThere(name) && !trials.isOpen(name)) {
      copies.learn(name);
    }
  }

  private boolean isOnTrial() {
    try {
      return armed(PackageName.INSTALLER).isPresent();
    } catch (Fault fault) {
      LOG.warn("cannot tell whether this daemon is on trial: {}", fault.getMessage());
      return true;
    }
  }

  private void told(boolean another) throws IOException, Fault, InterruptedException {
    if (another) {
      LOG.info("installing the guard");
      systemctl.reload();
      systemctl.enable(GuardFiles.BOOT);
    }
  }

  /** Brings the guard's files up to date, and lets it show that it can work here. */
  private void install(PackageName name) throws Fault, InterruptedException {
    requirePlain(context.state(), name);
    requirePlain(context.packages(), name);
    try {
      told(files.install());
      // What it does at boot must not come while something is armed.
      systemctl.runToItsEnd(GuardFiles.BOOT);
      files.prepareTry();
    } catch (IOException e) {
      throw failed("install the guard for " + name, e);
    }
    Programs.Call call =
        Programs.Call.of(TRY, "/bin/sh", files.script().toAbsolutePath().toString(), "try");
    Programs.Result tried = programs.run(call);
    if (!tried.succeeded()) {
      throw new Fault.Refused(
          ReasonCode.HOST_FAILED,
          "cannot arm the guard of %s: it could not work here: %s; it needs sh, mv -T, flock, sed, timeout and mountpoint"
              .formatted(name, tried.why()));
    }
  }

  /** The guard's units name these folders in places where more than letters has a meaning. */
  private static void requirePlain(Path folder, PackageName name) throws Fault {
    if (!PLAIN.matcher(folder.toAbsolutePath().toString()).matches()) {
      throw new Fault.Refused(
          ReasonCode.BAD_SETTINGS,
          "cannot arm the guard of %s: the path %s has characters that unit files cannot have; use letters, digits and . _ / + - only"
              .formatted(name, folder.toAbsolutePath()));
    }
  }

  private static List<String> names(Optional<Slot> slot) {
    return slot.stream()
        .flatMap(one -> one.descriptor().services().stream())
        .map(Service::name)
        .toList();
  }

  /** Services stop and start one after the other before the candidate is watched. */
  private static Duration untilObserved(Charge charge) {
    int services = Math.max(names(charge.from()).size(), names(charge.to()).size());
    return charge
        .to()
        .map(slot -> slot.descriptor().health().deadline())
        .orElse(Duration.ZERO)
        .plus(hooks(charge.to()))
        .plus(A_RESTART.multipliedBy(Math.max(1, services)));
  }

  private static Duration hooks(Optional<Slot> slot) {
    if (slot.isEmpty()) {
      return Duration.ZERO;
    }
    Descriptor.Hooks hooks = slot.get().descriptor().hooks();
    return timeout(hooks.beforeSwitch()).plus(timeout(hooks.afterSwitch()));
  }

  private static Duration timeout(Descriptor.@Nullable Hook hook) {
    return hook == null ? Duration.ZERO : hook.timeout();
  }

  private static Fault failed(String doing, IOException e) {
    return new Fault.Transient(
        ReasonCode.IO_ERROR,
        "cannot %s: %s; is a disk full or read-only?".formatted(doing, e.getMessage()));
  }
}

package io.fleetinstaller.daemon;

import io.fleetinstaller.api.Client;
import io.fleetinstaller.data.Snapshots;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.io.Durations;
import io.fleetinstaller.io.Effects;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.registry.Inspection;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Broken;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.upgrade.Journals;
import io.fleetinstaller.upgrade.Progress;
import io.fleetinstaller.upgrade.Step;
import io.fleetinstaller.upgrade.Upgrade;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the daemon itself onto a host, by hand: by the steps of every upgrade, but with nobody to
 * watch them. From then on the daemon runs from a slot and upgrades itself.
 */
public final class Setup {
  private static final Logger LOG = LoggerFactory.getLogger(Setup.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final LiveSettings settings;
  private final Assembly.HostKind kind;
  private final Assembly.Outside outside;

  /**
   * Reads the settings.
   *
   * @throws Fault when they are not good: the daemon would not start with them
   */
  public Setup(Path file, boolean mayBeMissing, Assembly.HostKind kind, Assembly.Outside outside)
      throws Fault {
    this.settings = new LiveSettings(file, mayBeMissing, outside.time());
    this.kind = kind;
    this.outside = outside;
  }

  /**
   * Returns what runs, once it answers.
   *
   * @throws Fault also when a daemon runs already: that one is asked for an upgrade
   */
  // The lock ends before the daemon begins, which takes it.
  @SuppressWarnings("try")
  public Release run(Reference what, RegistrySettings how) throws Fault, InterruptedException {
    Settings.Paths paths = settings.now().paths();
    Assembly.prepare(settings, outside.effects().disk());
    HostContext context =
        new HostContext(paths.packages(), paths.state(), outside.effects().disk(), outside.time());
    try (FileChannel lock = Assembly.lock(paths.state());
        Host host = kind.factory().open(context);
        Registry registry =
            new Registry(how.after(what.address().toString()), outside.time(), outside.chance())) {
      Slots slots = slots(paths);
      Staging staging = new Staging(() -> registry, slots);
      HostSteps steps =
          new HostSteps(
              staging, new HostSteps.Place(slots, host), none(host, slots), outside.time());
      Upgrade upgrade = upgrade(staging.look(PackageName.INSTALLER, digest(what, how)), slots);
      steps.run(Step.FETCH, upgrade, new Silent());
      steps.run(Step.UNPACK, upgrade, new Silent());
      host.check(slots.whole(upgrade.name(), digest(upgrade)).orElseThrow());
      endTrial(host, upgrade.to().orElseThrow());
      steps.run(Step.SWITCH, upgrade, new Silent());
      lock.close();
      steps.run(Step.RESTART, upgrade, new Silent());
      await(upgrade.to().orElseThrow());
      return upgrade.to().orElseThrow();
    } catch (IOException e) {
      throw new Broken(ReasonCode.HOST_FAILED, "cannot lock %s: %s".formatted(paths.state(), e));
    }
  }

  /**
   * What a daemon left in the middle of its own upgrade would be gone on with by the next one, or
   * by the guard, and would take away what a person brings now.
   */
  private void endTrial(Host host, Release instead) throws Fault, InterruptedException {
    journals()
        .giveUp(
            PackageName.INSTALLER,
            new Reason(
                ReasonCode.STOPPED_BY_PERSON,
                "fleet-installer setup brought %s instead".formatted(instead)));
    host.guard().disarm(PackageName.INSTALLER);
  }

  /** Nothing is on trial, and the daemon keeps no data as agents do. */
  private HostSteps.Care none(Host host, Slots slots) {
    Effects effects = outside.effects();
    Guarded unguarded = new Guarded(host, slots, journals());
    Snapshots snapshots = new Snapshots(effects.disk(), effects.scratch(), 0);
    return new HostSteps.Care(unguarded, new AgentData(snapshots, host, slots, unguarded));
  }

  private Journals journals() {
    Path folder = settings.now().paths().state().resolve("journals");
    return new Journals(folder, outside.effects().disk(), outside.time());
  }

  private Slots slots(Settings.Paths paths) {
    return new Slots(
        paths.packages(),
        Doors.of(outside.effects(), DescriptorFormat::read),
        settings.now().diskReserve());
  }

  /** What a tag names is resolved once. */
  private Digest digest(Reference what, RegistrySettings how) throws Fault, InterruptedException {
    return Inspection.of(what, how, outside.time(), outside.chance()).top();
  }

  private Upgrade upgrade(Release release, Slots slots) {
    return new Upgrade(
        "setup",
        release.name(),
        slots.read(release.name()).current().map(Slot::release),
        Optional.of(release),
        new Origin(Origin.Kind.MANUAL, System.getProperty("user.name"), "setup"),
        Duration.ZERO,
        outside.time().now());
  }

  private static Digest digest(Upgrade upgrade) {
    return upgrade.to().orElseThrow().digest();
  }

  private void await(Release release) throws Fault, InterruptedException {
    Client daemon = new Client(settings.now().paths().socket());
    Duration until = outside.time().elapsed().plus(PATIENCE);
    while (outside.time().elapsed().compareTo(until) < 0) {
      try {
        LOG.debug("it answers: {}", daemon.get("/v1/daemon"));
        return;
      } catch (Fault.Transient notYet) {
        outside.time().sleep(LOOK);
      }
    }
    throw new Broken(
        ReasonCode.DAEMON_DOWN,
        "cannot hear %s: it was started, and does not answer within %s; its log says why"
            .formatted(release, Durations.text(PATIENCE)));
  }

  /** Nobody looks on. */
  private static final class Silent implements Progress {
    @Override
    public void at(long done, long total) {}

    @Override
    public void note(List<String> evidence) {
      evidence.forEach(LOG::info);
    }
  }
}

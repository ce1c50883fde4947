package io.fleetinstaller.daemon;

import io.fleetinstaller.api.Client;
import io.fleetinstaller.api.Jobs;
import io.fleetinstaller.api.Limits;
import io.fleetinstaller.api.Server;
import io.fleetinstaller.api.SocketFile;
import io.fleetinstaller.daemon.Settings.From;
import io.fleetinstaller.data.Snapshots;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.host.HostFactory;
import io.fleetinstaller.host.Watchdog;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Effects;
import io.fleetinstaller.io.Flock;
import io.fleetinstaller.io.Memory;
import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Broken;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.source.Site;
import io.fleetinstaller.upgrade.Conductor;
import io.fleetinstaller.upgrade.Journals;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires the daemon by hand and runs it until its thread is interrupted. */
public final class Assembly {
  private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int JOBS = 64;

  /** Of the state, which must be folders before anybody reads what is in them. */
  private static final List<String> FOLDERS = List.of("armed", "fired", "journals");

  private final LiveSettings settings;
  private final HostKind host;
  private final Time time;
  private final RandomGenerator chance;
  private final Map<String, String> environment;
  private final Effects effects;
  private final Memory memory;

  /**
   * The host to work on.
   *
   * @param name what status calls it, e.g. {@code systemd}
   * @param tools programs that it calls
   */
  public record HostKind(String name, HostFactory factory, List<String> tools) {
    public HostKind {
      tools = List.copyOf(tools);
    }

    public HostKind(String name, HostFactory factory) {
      this(name, factory, List.of());
    }
  }

  /** What the daemon gets from outside, so that a test can decide it. */
  public record Outside(
      Time time,
      RandomGenerator chance,
      Map<String, String> environment,
      Effects effects,
      Memory memory) {
    public Outside {
      environment = Map.copyOf(environment);
    }
  }

  /**
   * Reads the settings.
   *
   * @throws Fault when they are not good: without good settings no daemon starts
   */
  public Assembly(Path file, boolean mayBeMissing, HostKind host, Outside outside) throws Fault {
    this.settings = new LiveSettings(file, mayBeMissing, outside.time());
    this.host = host;
    this.time = outside.time();
    this.chance = outside.chance();
    this.environment = outside.environment();
    this.effects = outside.effects();
    this.memory = outside.memory();
  }

  /**
   * Runs until the calling thread is interrupted, then leaves everything so that the next start
   * goes on.
   */
  public void run() throws Fault, InterruptedException {
    Settings.Paths paths = settings.now().paths();
    prepare(settings, effects.disk());
    Inbox inbox = new Inbox();
    HostContext context = new HostContext(paths.packages(), paths.state(), effects.disk(), time);
    try (FileChannel lock = lock(paths.state());
        Flock copies = lockCopies(paths.packages());
        Host opened = host.factory().open(context);
        Registries registries = new Registries(settings, time, chance);
        Source source = new Source(site(paths), System.getProperty("user.name"), inbox::polled)) {
      LOG.debug("this daemon is the only one: {}, {}", lock, copies);
      run(opened, registries, source, inbox);
    } catch (IOException e) {
      throw new Broken(ReasonCode.HOST_FAILED, "cannot lock %s: %s".formatted(paths.state(), e));
    }
  }

  /** Two daemons of one host would each undo what the other does. */
  static FileChannel lock(Path state) throws IOException, Broken {
    // On a disk that is read-only the service runs, too, and the lock of a daemon that came before
    // it was still excludes this one.
    boolean shared = !Files.isWritable(state);
    FileChannel channel =
        shared
            ? FileChannel.open(state.resolve("lock"), StandardOpenOption.READ)
            : FileChannel.open(
                state.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock(0, Long.MAX_VALUE, shared) != null) {
        return channel;
      }
    } catch (OverlappingFileLockException _) {
      LOG.debug("another daemon of this very process holds the lock");
    }
    channel.close();
    throw new Broken(
        ReasonCode.CONFLICT,
        "cannot start: another daemon runs with the state in %s; stop it first".formatted(state));
  }

  /** The same for one with state of its own. Not every disk knows such locks. */
  static Flock lockCopies(Path packages) throws Broken {
    try {
      return Flock.tryTake(packages)
          .orElseThrow(() ->
              new Broken(
                  ReasonCode.CONFLICT,
                  "cannot start: another daemon, with other state, looks after %s; stop it first"
                      .formatted(packages)));
    } catch (IOException e) {
      LOG.warn("cannot tell whether another daemon looks after {}: {}", packages, e.getMessage());
      return Flock.ofNothing();
    }
  }

  static void prepare(LiveSettings settings, Disk disk) throws Fault {
    Settings.Paths paths = settings.now().paths();
    try {
      disk.createDirectories(paths.packages(), 0755);
      Quarantine.directory(disk, paths.state(), 0700);
      Quarantine.clear(disk, paths.state().resolve("lock"));
      FOLDERS.forEach(folder -> clear(disk, paths.state().resolve(folder)));
      Path folder = paths.socket().getParent();
      if (folder != null) {
        disk.createDirectories(folder, 0755);
      }
    } catch (IOException e) {
      throw new Broken(
          ReasonCode.HOST_FAILED,
          "cannot prepare the folders of the daemon: %s; is it root, or do the paths in %s belong to it?"
              .formatted(e, settings.file()));
    }
  }

  private static void clear(Disk disk, Path folder) {
    try {
      if (Files.exists(folder) && !Files.isDirectory(folder)) {
        Quarantine.directory(disk, folder, 0700);
      }
    } catch (IOException e) {
      LOG.warn("cannot set {} aside, which is no folder: {}", folder, e.getMessage());
    }
  }

  private Site site(Settings.Paths paths) {
    return new Site(paths.state(), effects.disk(), time, chance, environment);
  }

  private void run(Host opened, Registries registries, Source source, Inbox inbox)
      throws Fault, InterruptedException {
    Settings.Paths paths = settings.now().paths();
    Disk disk = effects.disk();
    HostIdentity identity = HostIdentity.ofThisMachine();
    Slots slots =
        new Slots(
            paths.packages(),
            Doors.of(effects, DescriptorFormat::read),
            settings.now().diskReserve());
    Journals journals = new Journals(paths.state().resolve("journals"), disk, time);
    LocalPolicy policy = new LocalPolicy(paths.state(), disk);
    Situation.Site here = new Situation.Site(settings, identity, environment);
    Situation situation = new Situation(slots, journals, source, policy, here, time);
    Staging staging = new Staging(registries::now, slots);
    News news = new News();
    HostSteps.Place place = new HostSteps.Place(slots, opened);
    HostSteps.Care care = care(place, journals);
    HostSteps doing = new HostSteps(staging, place, care, time);
    Rehearsal rehearsal = new Rehearsal(opened, situation, disk);
    Narrated steps = new Narrated(new SelfSteps(doing, slots, opened, rehearsal), news);
    OwnTurn inTurn = new OwnTurn(steps, situation, inbox);
    Conductor conductor = new Conductor(inTurn, journals, time, boot());
    Links links = new Links(situation, opened);
    Desk desk = new Desk(situation, staging, time);
    Daemon.Crew crew = new Daemon.Crew(desk, conductor, steps, opened, care, news, links, memory);
    Facts facts = new Facts(settings, source, identity, Facts.self(host.name(), time));
    Scribe scribe = new Scribe(situation, conductor, facts, new Damages(situation, links::told));
    Doctor doctor = new Doctor(settings, host.tools(), time, new Services(opened)::checks);
    Overseer overseer =
        new Overseer(
            scribe, doctor, desk, new Jobs(time, JOBS), inbox, new Verification(situation));
    try (Reporter reporter = new Reporter(settings, site(paths), scribe, news).start()) {
      LOG.debug("reports are told by {}", reporter);
      serve(new Daemon(settings, situation, inbox, crew), overseer, opened);
    }
  }

  private HostSteps.Care care(HostSteps.Place place, Journals journals) {
    Guarded guarded = new Guarded(place.host(), place.slots(), journals);
    Snapshots snapshots =
        new Snapshots(effects.disk(), effects.scratch(), settings.now().diskReserve());
    return new HostSteps.Care(
        guarded, new AgentData(snapshots, place.host(), place.slots(), guarded));
  }

  // Both work by being open.
  @SuppressWarnings("try")
  private void serve(Daemon daemon, Overseer overseer, Host opened)
      throws Fault, InterruptedException {
    SocketFile socket =
        new SocketFile(
            settings.now().paths().socket(), Optional.ofNullable(settings.now().socketGroup()));
    try (FileWatch watch = FileWatch.over(watched(), overseer.inbox()::look);
        Server server = Server.open(socket, overseer, Limits.DEFAULT)) {
      LOG.info("fleet-installer {} is up on a {} host", Facts.version(), host.name());
      Optional<Heartbeat> heart =
          opened.watchdog().map(dog -> heartbeat(dog, socket.path(), overseer.scribe()));
      try {
        daemon.resume();
        daemon.work();
      } finally {
        heart.ifPresent(Heartbeat::close);
      }
    } catch (IOException e) {
      throw new Broken(ReasonCode.HOST_FAILED, "cannot watch %s: %s".formatted(settings.file(), e));
    }
  }

  private Heartbeat heartbeat(Watchdog watchdog, Path socket, Scribe scribe) {
    Client self = new Client(socket, Heartbeat.interval(watchdog));
    return Heartbeat.start(watchdog, () -> self.get("/v1/daemon"), scribe::isAtRest, time);
  }

  private Set<Path> watched() {
    Set<Path> files = new HashSet<>(Set.of(settings.file()));
    switch (settings.now().source()) {
      case From.DesiredFile(Path file) -> files.add(file);
      case From.Nowhere _, From.Signed _ -> {}
    }
    return files;
  }

  private static String boot() {
    try {
      return Files.readString(BOOT).strip();
    } catch (IOException _) {
      return "";
    }
  }
}

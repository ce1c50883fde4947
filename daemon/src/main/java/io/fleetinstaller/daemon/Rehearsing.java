package io.fleetinstaller.daemon;

import io.fleetinstaller.api.Command;
import io.fleetinstaller.api.Job;
import io.fleetinstaller.api.Limits;
import io.fleetinstaller.api.Operations;
import io.fleetinstaller.api.Server;
import io.fleetinstaller.api.SocketFile;
import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Effects;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.report.CheckupReport;
import io.fleetinstaller.report.DaemonReport;
import io.fleetinstaller.report.Explanation;
import io.fleetinstaller.report.HistoryReport;
import io.fleetinstaller.report.HostStatus;
import io.fleetinstaller.report.PlanReport;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.source.Site;
import io.fleetinstaller.upgrade.Conductor;
import io.fleetinstaller.upgrade.Journals;
import io.fleetinstaller.upgrade.Progress;
import io.fleetinstaller.upgrade.Step;
import io.fleetinstaller.upgrade.Steps;
import io.fleetinstaller.upgrade.Upgrade;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The candidate of the daemon itself, beside the one that runs: it reads everything that a daemon
 * reads, polls the source and answers on a socket of its own, until its folder is taken away. It
 * works on a copy of the state in that folder, so that nothing it does changes anything.
 */
public final class Rehearsing {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsing.class);
  private static final Duration LOOK = Duration.ofMillis(100);

  /**
   * A source that hangs must not keep us from answering in time; a first mirror that nobody can
   * connect to must not keep us from the second.
   */
  static final Duration PATIENCE = Duration.ofSeconds(17);

  private static final String ENVIRONMENT = "environment";
  private static final int LARGEST_ENVIRONMENT = 4 << 20;

  private Rehearsing() {}

  /** Where it is done, beside the socket of the daemon that runs. */
  static Path folder(Path socket) {
    return socket.resolveSibling("rehearsal");
  }

  static Path socket(Path folder) {
    return folder.resolve("sock");
  }

  /** Where the copy of the state is that it works on. */
  static Path state(Path folder) {
    return folder.resolve("state");
  }

  /** Leaves a candidate the environment of this daemon, in a file that nobody else may read. */
  static void tell(Path folder, Map<String, String> environment, Disk disk) throws IOException {
    disk.replace(folder.resolve(ENVIRONMENT), Json.bytes(Map.of(ENVIRONMENT, environment)), 0600);
  }

  /**
   * What a candidate finds in its own environment, and before that in the daemon's: only there do
   * its unit and a person's changes to it tell of proxies.
   */
  static Map<String, String> environment(Path folder, Map<String, String> own) throws Fault {
    Path file = folder.resolve(ENVIRONMENT);
    Map<String, String> all = new HashMap<>(own);
    try {
      byte[] bytes = Bounded.read(file, LARGEST_ENVIRONMENT);
      all.putAll(Document.json(file.toString(), bytes, LARGEST_ENVIRONMENT).textMap(ENVIRONMENT));
    } catch (NoSuchFileException _) {
      LOG.debug("the daemon that runs told nothing of its environment");
    } catch (IOException e) {
      throw new Fault.Transient(
          ReasonCode.IO_ERROR, "cannot read %s: %s".formatted(file, e.getMessage()));
    }
    return all;
  }

  /**
   * Returns when the folder is gone.
   *
   * @param folder made for it, with nothing in it but what {@link #tell} leaves there
   * @throws Fault when this daemon could not run on this host
   */
  public static void run(Path config, boolean mayBeMissing, Path folder, Assembly.Outside outside)
      throws Fault, InterruptedException {
    LiveSettings settings = new LiveSettings(config, mayBeMissing, outside.time());
    Path state = state(folder);
    StateCopy.make(settings.now().paths().state(), state, outside.effects().disk());
    Site site =
        new Site(
            state,
            outside.effects().disk(),
            outside.time(),
            outside.chance(),
            environment(folder, outside.environment()));
    try (Source source = new Source(site, System.getProperty("user.name"), () -> {})) {
      Situation situation = situation(settings, source, site, outside.effects());
      poll(source, settings.now(), site.time());
      situation.journals().open();
      answer(
          new Answers(
              scribe(situation, state),
              new Doctor(settings, List.of(), site.time(), _ -> List.of())),
          folder,
          site.time());
    }
  }

  private static Situation situation(
      LiveSettings settings, Source source, Site site, Effects effects) throws Fault {
    Slots slots =
        new Slots(
            settings.now().paths().packages(),
            Doors.of(effects, DescriptorFormat::read),
            settings.now().diskReserve());
    return new Situation(
        slots,
        new Journals(site.state().resolve("journals"), site.disk(), site.time()),
        source,
        new LocalPolicy(site.state(), site.disk()),
        new Situation.Site(settings, HostIdentity.ofThisMachine(), site.environment()),
        site.time());
  }

  private static Scribe scribe(Situation situation, Path state) {
    Conductor idle = new Conductor(new NoSteps(), situation.journals(), situation.time(), "");
    Facts facts =
        new Facts(
            situation.site().settings(),
            situation.source(),
            situation.site().identity(),
            Facts.self("rehearsal", situation.time()));
    return new Scribe(situation, idle, facts, new Damages(situation, state, List::of));
  }

  private static void poll(Source source, Settings settings, Time time)
      throws InterruptedException {
    Thread poll = Thread.ofPlatform().daemon().name("poll").start(() -> look(source, settings));
    Duration until = time.elapsed().plus(PATIENCE);
    while (poll.isAlive() && time.elapsed().compareTo(until) < 0) {
      time.sleep(LOOK);
    }
    if (poll.isAlive()) {
      LOG.warn("the source has not answered within {}; answering without it", PATIENCE);
    }
  }

  private static void look(Source source, Settings settings) {
    try {
      source.look(settings, true);
    } catch (InterruptedException _) {
      LOG.debug("the rehearsal ends before its poll");
    }
  }

  // It works by being open.
  @SuppressWarnings("try")
  private static void answer(Answers answers, Path folder, Time time)
      throws Fault, InterruptedException {
    SocketFile socket = new SocketFile(socket(folder), Optional.empty());
    try (Server server = Server.open(socket, answers, Limits.DEFAULT)) {
      LOG.info("fleet-installer {} answers in its rehearsal", Facts.version());
      while (Files.exists(socket.path())) {
        time.sleep(LOOK);
      }
    }
  }

  /** There is nothing to lead. */
  private record NoSteps() implements Steps {
    @Override
    public void run(Step step, Upgrade upgrade, Progress progress) {
      throw new IllegalStateException("a rehearsal does no " + step);
    }

    @Override
    public void confirm(Upgrade upgrade, Confirmation line) {
      throw new IllegalStateException("a rehearsal confirms nothing");
    }

    @Override
    public Optional<Reason> takenBack(Upgrade upgrade) {
      return Optional.empty();
    }
  }

  /** Answers what it is asked, and does nothing. */
  private record Answers(Scribe scribe, Doctor checkups) implements Operations {
    @Override
    public DaemonReport daemon() {
      return scribe.daemon();
    }

    @Override
    public HostStatus status() {
      return scribe.status();
    }

    @Override
    public Explanation explain(PackageName name) {
      return scribe.explain(name);
    }

    @Override
    public PlanReport plan() {
      return scribe.plan();
    }

    @Override
    public HistoryReport history(Optional<PackageName> name) {
      return scribe.history(name);
    }

    @Override
    public CheckupReport doctor() {
      return scribe.checkup(checkups);
    }

    @Override
    public Job submit(Command command) throws Refused {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot %s anything: this is a rehearsal; ask the daemon that runs"
              .formatted(command.verb().text()));
    }

    @Override
    public Optional<Job> job(String id) {
      return Optional.empty();
    }
  }
}

package io.fleetinstaller.host;

import io.fleetinstaller.io.ChildPrograms;
import io.fleetinstaller.io.Labels;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Descriptor.Command;
import io.fleetinstaller.release.Descriptor.Service;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host that needs no init system: agents are the daemon's own children, for containers and
 * demonstrations. It keeps, below the state directory, {@code children/} (who runs, to be ended by
 * the next daemon if this one is killed) and {@code logs/} (what they wrote, 2 MiB each at most).
 *
 * <p>As process 1 of a container the daemon reaps only its own children: let the runtime put an
 * init in front (docker run --init) when agents leave orphans behind.
 */
public final class SupervisedHost implements Host {
  private static final Logger LOG = LoggerFactory.getLogger(SupervisedHost.class);

  private record Key(PackageName name, String service) {}

  private final HostContext context;
  private final Guard guard;
  private final Wrappers wrappers = Wrappers.found();
  private final Programs programs = new ChildPrograms();
  private final Labels labels = Labels.ofThisMachine(programs);
  private final Map<Key, Agent> agents = new LinkedHashMap<>();
  private final Places places;
  private final AgentLogs logs;
  private final ChildRecords records;
  private boolean straysEnded;

  public SupervisedHost(HostContext context) {
    this.context = context;
    this.guard = new ArmedRecords(context);
    this.places = new Places(context.disk(), programs, labels);
    this.logs = new AgentLogs(context);
    this.records = new ChildRecords(context);
  }

  @Override
  public void check(Slot slot) throws Fault, InterruptedException {
    labels.check(slot.path());
    new PlaceRules(context).check(slot);
    for (Service service : slot.descriptor().services()) {
      startable(slot, service);
    }
  }

  @Override
  public Guard guard() {
    return guard;
  }

  @Override
  public void install(Slot slot, Optional<Slot> replaced) throws Fault, InterruptedException {
    places.make(slot);
    Set<String> kept = new HashSet<>();
    slot.descriptor().services().forEach(service -> kept.add(service.name()));
    for (Service service : replaced.map(old -> old.descriptor().services()).orElse(List.of())) {
      if (!kept.contains(service.name())) {
        drop(new Key(slot.release().name(), service.name()));
      }
    }
  }

  @Override
  public void reload() {
    // Nothing to tell: children are started from the slot that restart() is given.
  }

  @Override
  public void restart(Slot slot) throws Fault, InterruptedException {
    stop(slot);
    for (Service service : slot.descriptor().services()) {
      start(slot, service, startable(slot, service));
    }
  }

  @Override
  public void stop(Slot slot) throws Fault, InterruptedException {
    endStrays();
    uninstall(slot);
  }

  @Override
  public void uninstall(Slot slot) throws Fault, InterruptedException {
    for (Service service : slot.descriptor().services().reversed()) {
      drop(key(slot, service));
    }
  }

  @Override
  public ServiceState state(PackageName name, String service) {
    Optional<Agent> agent = agent(new Key(name, service));
    return agent
        .map(Agent::state)
        .orElseGet(() ->
            new ServiceState(
                ServiceState.Phase.UNKNOWN,
                OptionalLong.empty(),
                Optional.empty(),
                "",
                0,
                Optional.empty()));
  }

  @Override
  public List<String> log(PackageName name, String service, Instant since, int lines) throws Fault {
    return logs.tail(name, service, since, lines);
  }

  @Override
  public Exit run(Slot slot, List<String> argv, Duration timeout)
      throws Fault, InterruptedException {
    Programs.Result result =
        programs.run(new Programs.Call(slot.command(argv), Map.of(), "", timeout));
    return new Exit(result.status(), result.timedOut(), result.lines());
  }

  @Override
  public void resume(List<Slot> current) throws Fault, InterruptedException {
    endStrays();
    for (Slot slot : current) {
      for (Service service : slot.descriptor().services()) {
        if (agent(key(slot, service)).isEmpty()) {
          startAlone(slot, service);
        }
      }
    }
  }

  /**
   * What is wrong with one service keeps no other from starting. A program that is not there now
   * may come back: that is told, and it is started again and again like one that ends.
   */
  private void startAlone(Slot slot, Service service) throws InterruptedException {
    try {
      start(slot, service, command(slot, service));
      startable(slot, service);
    } catch (Fault e) {
      LOG.atError().addKeyValue("package", slot.release().name()).log("{}", e.getMessage());
    }
  }

  @Override
  public boolean outlives() {
    return false;
  }

  @Override
  public void ready() {
    // Whoever runs a container asks its own questions.
  }

  @Override
  public void close() {
    for (Key key : keys().reversed()) {
      try {
        drop(key);
      } catch (Fault e) {
        LOG.error("leaving a child behind: {}", e.getMessage());
      } catch (InterruptedException _) {
        // Somebody is in a hurry. The records stay: the next daemon ends what is left.
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void start(Slot slot, Service service, Command command) throws InterruptedException {
    Key key = key(slot, service);
    LOG.atInfo()
        .addKeyValue("package", key.name())
        .log("starting {} from {}", service.name(), slot.path());
    Launch launch = Launch.of(slot, service, command, wrappers);
    Agent agent = new Agent(launch, logs.of(key.name(), key.service()), records, context.time());
    synchronized (agents) {
      agents.put(key, agent);
    }
    agent.start();
  }

  private void drop(Key key) throws Fault, InterruptedException {
    Optional<Agent> agent = agent(key);
    if (agent.isPresent()) {
      agent.get().stop();
      synchronized (agents) {
        agents.remove(key);
      }
    }
  }

  /** What cannot be read keeps no service from starting: better two of one than none. */
  private void endStrays() {
    if (straysEnded) {
      return;
    }
    try {
      records.endAll();
    } catch (IOException e) {
      LOG.error(
          "cannot end the children of an earlier daemon: {}; is the state directory readable?",
          e.getMessage());
    }
    straysEnded = true;
  }

  private Command command(Slot slot, Service service) throws Fault {
    Command command = service.command();
    if (command == null) {
      throw refused(slot, service, "it has no command, only a unit for systemd");
    }
    if (wrappers.changesUser(command) && wrappers.setpriv().isEmpty()) {
      throw refused(slot, service, "it wants a user of its own, and setpriv is not installed");
    }
    return command;
  }

  /** The command of a service whose program is there. */
  private Command startable(Slot slot, Service service) throws Fault {
    Command command = command(slot, service);
    Path program = Path.of(slot.command(command.argv()).getFirst());
    if (Files.isDirectory(slot.path()) && !Files.isExecutable(program)) {
      throw refused(slot, service, program + " is not a program");
    }
    return command;
  }

  private static Fault refused(Slot slot, Service service, String why) {
    return new Fault.Refused(
        ReasonCode.PLATFORM_MISMATCH,
        "cannot run %s of %s on a supervised host: %s"
            .formatted(service.name(), slot.release(), why));
  }

  private Optional<Agent> agent(Key key) {
    synchronized (agents) {
      return Optional.ofNullable(agents.get(key));
    }
  }

  private List<Key> keys() {
    synchronized (agents) {
      return new ArrayList<>(agents.keySet());
    }
  }

  private static Key key(Slot slot, Service service) {
    return new Key(slot.release().name(), service.name());
  }
}

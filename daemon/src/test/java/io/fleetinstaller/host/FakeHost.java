package io.fleetinstaller.host;

import io.fleetinstaller.io.Durations;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A host without an operating system. Services live the {@link Life} that a test gives their
 * release, on the test's clock. What was done to the host is in {@link #deeds}.
 */
public final class FakeHost implements Host {
  /** What was done to it, in order, e.g. {@code restart agent 2.0}. */
  public final List<String> deeds = new ArrayList<>();

  /** Where the disks of data are mounted, as whatever is armed from now on has it. */
  public List<Path> mounts = List.of();

  private final Time time;
  private final Map<Release, Life> lives = new HashMap<>();
  private final Map<String, Started> processes = new HashMap<>();
  private final Set<String> units = new HashSet<>();
  private final Map<PackageName, Armed> armed = new HashMap<>();
  private final Map<PackageName, Fired> fired = new HashMap<>();
  private Runnable resumes = () -> {};
  private Runnable reloads = () -> {};
  private Runnable guardBack = () -> {};
  private final Map<String, List<Said>> logs = new HashMap<>();
  private final Map<List<String>, Program> programs = new HashMap<>();
  private final List<Outage> outages = new ArrayList<>();
  private Consumer<Slot> starts = _ -> {};
  private Optional<Runnable> self = Optional.empty();
  private Optional<Fault> staysArmed = Optional.empty();
  private final Map<PackageName, Slot> installed = new HashMap<>();
  private long pids = 100;
  private boolean outlived;

  private record Started(ServiceState born, Duration at, Life life) {}

  private record Said(Instant at, String line) {}

  private record Outage(Duration from, Duration until, Fault fault) {}

  public FakeHost(Time time) {
    this.time = time;
  }

  /** How the services of this release live from their next start on; without it: well. */
  public synchronized void life(Release release, Life life) {
    lives.put(release, life);
  }

  /** The service writes a line into its log now. */
  public synchronized void says(PackageName name, String service, String line) {
    logs.computeIfAbsent(key(name, service), _ -> new ArrayList<>())
        .add(new Said(time.now(), line));
  }

  /** What this program does each time it is run. */
  public synchronized void program(List<String> argv, Program program) {
    programs.put(List.copyOf(argv), program);
  }

  /** A program of a slot. */
  @FunctionalInterface
  public interface Program {
    Exit run() throws Fault;
  }

  /** The service of the daemon's own package is this very process; its restart does this to it. */
  public synchronized void incarnate(Runnable restart) {
    self = Optional.of(restart);
  }

  /** What the services of a slot do first of all, e.g. to their data. */
  public synchronized void starting(Consumer<Slot> deed) {
    starts = deed;
  }

  /** The next disarming of the guard fails so. */
  public synchronized void staysArmed(Fault fault) {
    staysArmed = Optional.of(fault);
  }

  /** A person, or what configures the host, starts what its units name. */
  public synchronized void startedByHand(PackageName name) {
    Slot slot = Objects.requireNonNull(installed.get(name));
    services(slot).forEach(service -> start(service, slot));
  }

  /** The init system does not answer, from so long until so long after now. */
  public synchronized void outage(Duration from, Duration until, Fault fault) {
    outages.add(new Outage(time.elapsed().plus(from), time.elapsed().plus(until), fault));
  }

  @Override
  public synchronized void check(Slot slot) throws Fault {
    answering();
  }

  @Override
  public Guard guard() {
    return new FakeGuard();
  }

  @Override
  public synchronized void install(Slot slot, Optional<Slot> replaced) throws Fault {
    answering();
    deeds.add("install " + words(slot));
    replaced.ifPresent(old -> services(old).forEach(units::remove));
    units.addAll(services(slot));
    installed.put(slot.release().name(), slot);
    processes.keySet().removeIf(service -> !units.contains(service));
  }

  @Override
  public synchronized void reload() throws Fault {
    answering();
    deeds.add("reload");
    reloads.run();
  }

  @Override
  public synchronized void restart(Slot slot) throws Fault {
    answering();
    deeds.add("restart " + words(slot));
    services(slot).forEach(service -> start(service, slot));
    if (slot.release().name().equals(PackageName.INSTALLER)) {
      self.ifPresent(Runnable::run);
    }
  }

  @Override
  public synchronized void stop(Slot slot) throws Fault {
    answering();
    deeds.add("stop " + words(slot));
    services(slot).forEach(processes::remove);
  }

  @Override
  public synchronized void uninstall(Slot slot) throws Fault {
    answering();
    deeds.add("uninstall " + words(slot));
    services(slot).forEach(units::remove);
    services(slot).forEach(processes::remove);
  }

  @Override
  public synchronized ServiceState state(PackageName name, String service) throws Fault {
    answering();
    Started process = processes.get(key(name, service));
    if (process != null) {
      return process.life().at(time.elapsed().minus(process.at()), process.born());
    }
    ServiceState.Phase phase =
        units.contains(key(name, service))
            ? ServiceState.Phase.STOPPED
            : ServiceState.Phase.UNKNOWN;
    return new ServiceState(phase, OptionalLong.empty(), Optional.empty(), "", 0, Optional.empty());
  }

  @Override
  public synchronized List<String> log(PackageName name, String service, Instant since, int lines)
      throws Fault {
    answering();
    List<String> said =
        logs.getOrDefault(key(name, service), List.of()).stream()
            .filter(line -> !line.at().isBefore(since))
            .map(Said::line)
            .toList();
    return said.subList(Math.max(0, said.size() - lines), said.size());
  }

  @Override
  public synchronized Exit run(Slot slot, List<String> argv, Duration timeout) throws Fault {
    answering();
    Program program = programs.get(argv);
    if (program == null) {
      throw new Fault.Refused(
          ReasonCode.NOT_FOUND,
          "cannot run %s: it is not in %s".formatted(argv.getFirst(), words(slot)));
    }
    return program.run();
  }

  /** What happens when the init system is made to read its units. */
  public synchronized void reloading(Runnable deed) {
    reloads = deed;
  }

  /**
   * What happens when a daemon that starts has looked at its slots, and goes on with nothing yet.
   */
  public synchronized void resuming(Runnable deed) {
    resumes = deed;
  }

  @Override
  public synchronized void resume(List<Slot> current) throws Fault {
    answering();
    resumes.run();
    for (Slot slot : current) {
      services(slot).stream()
          .filter(service -> !processes.containsKey(service))
          .forEach(service -> start(service, slot));
    }
  }

  @Override
  public synchronized boolean outlives() {
    return outlived;
  }

  @Override
  public synchronized void ready() {
    deeds.add("ready");
  }

  @Override
  public synchronized void close() {
    if (!outlived) {
      processes.clear();
    }
  }

  /** From now on services go on without the daemon, as they do under an init system. */
  public synchronized void outlived() {
    outlived = true;
  }

  private void start(String service, Slot slot) {
    units.add(service);
    starts.accept(slot);
    ServiceState born =
        new ServiceState(
            ServiceState.Phase.RUNNING,
            OptionalLong.of(pid(slot)),
            Optional.of(slot.path().resolve("bin/agent")),
            "start-" + pids,
            0,
            Optional.empty());
    Life life = lives.getOrDefault(slot.release(), Life.GOOD);
    processes.put(service, new Started(born, time.elapsed(), life));
  }

  private long pid(Slot slot) {
    boolean itself = self.isPresent() && slot.release().name().equals(PackageName.INSTALLER);
    return itself ? ProcessHandle.current().pid() : pids++;
  }

  /** What the guard does when it is asked to go back. */
  public synchronized void guard(Runnable back) {
    guardBack = back;
  }

  /** The guard has gone back from this. */
  public synchronized Armed fire(PackageName name) {
    Armed over = Objects.requireNonNull(armed.remove(name));
    fired.put(name, new Fired(over, Fired.Why.DEADLINE));
    return over;
  }

  private void answering() throws Fault {
    Duration now = time.elapsed();
    for (Outage outage : outages) {
      if (now.compareTo(outage.from()) >= 0 && now.compareTo(outage.until()) < 0) {
        throw outage.fault();
      }
    }
  }

  private static List<String> services(Slot slot) {
    return slot.descriptor().services().stream()
        .map(Descriptor.Service::name)
        .map(service -> key(slot.release().name(), service))
        .toList();
  }

  private static String key(PackageName name, String service) {
    return name + "/" + service;
  }

  private static String words(Slot slot) {
    return slot.release().name() + " " + slot.release().version();
  }

  private final class FakeGuard implements Guard {
    @Override
    public void arm(Charge charge) throws Fault {
      synchronized (FakeHost.this) {
        answering();
        deeds.add("arm " + charge.name());
        armed.put(
            charge.name(),
            new Armed(
                charge.upgradeId(),
                charge.from().map(FakeHost::folder),
                charge.to().map(FakeHost::folder),
                time.now(),
                charge.data(),
                mounts));
      }
    }

    @Override
    public void allow(PackageName name, Duration left) {
      synchronized (FakeHost.this) {
        deeds.add("allow %s %s".formatted(name, Durations.text(left)));
      }
    }

    @Override
    public void well(PackageName name, boolean well) {
      synchronized (FakeHost.this) {
        deeds.add((well ? "well " : "given up ") + name);
      }
    }

    @Override
    public void confirming(PackageName name) {
      synchronized (FakeHost.this) {
        deeds.add("confirming " + name);
      }
    }

    @Override
    public void trialOver(PackageName name) {
      synchronized (FakeHost.this) {
        deeds.add("trial over " + name);
        // Anybody may make it read its units from now on.
        reloads.run();
      }
    }

    @Override
    public Optional<Fired> fired(PackageName name) {
      synchronized (FakeHost.this) {
        return Optional.ofNullable(fired.get(name));
      }
    }

    @Override
    public void goBack(PackageName name) {
      synchronized (FakeHost.this) {
        deeds.add("guard goes back " + name);
        guardBack.run();
      }
    }

    @Override
    public Hold hold() {
      return () -> {};
    }

    @Override
    public void disarm(PackageName name) throws Fault {
      synchronized (FakeHost.this) {
        answering();
        if (staysArmed.isPresent()) {
          Fault fault = staysArmed.get();
          staysArmed = Optional.empty();
          throw fault;
        }
        deeds.add("disarm " + name);
        armed.remove(name);
        fired.remove(name);
      }
    }

    @Override
    public Optional<Armed> armed(PackageName name) {
      synchronized (FakeHost.this) {
        return Optional.ofNullable(armed.get(name));
      }
    }
  }

  private static String folder(Slot slot) {
    return slot.path().getFileName().toString();
  }
}

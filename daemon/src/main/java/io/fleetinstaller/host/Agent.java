package io.fleetinstaller.host;

import io.fleetinstaller.host.ServiceState.Phase;
import io.fleetinstaller.io.ChildPrograms;
import io.fleetinstaller.io.Durations;
import io.fleetinstaller.io.RotatingLog;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One service as our own child, from one start on purpose to the next: a keeper thread starts it
 * again whenever it exits unasked. Thread-safe.
 */
final class Agent {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  /** For a process that was sent SIGKILL; one that sits in the kernel may never go. */
  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

  private final Launch launch;
  private final RotatingLog log;
  private final ChildRecords records;
  private final Time time;
  private @Nullable Process process;
  private @Nullable Thread keeper;
  private @Nullable String lastExit;
  private String invocation = "";
  private int restarts;
  private boolean stopping;

  Agent(Launch launch, RotatingLog log, ChildRecords records, Time time) {
    this.launch = launch;
    this.log = log;
    this.records = records;
    this.time = time;
  }

  /** Returns when it was started, or could not be. */
  void start() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    keeper =
        Thread.ofPlatform().daemon().name("keeper of " + launch.service()).start(() -> keep(begun));
    begun.await();
  }

  /** Asks it to end, and kills it and all it started when it does not within its stop timeout. */
  void stop() throws Fault, InterruptedException {
    Process running;
    synchronized (this) {
      stopping = true;
      running = process;
    }
    if (running != null && running.isAlive()) {
      end(running);
    }
    if (keeper != null) {
      keeper.interrupt();
      keeper.join();
    }
    forget();
  }

  synchronized ServiceState state() {
    Process child = process;
    if (child == null || !child.isAlive()) {
      return new ServiceState(
          stopping ? Phase.STOPPED : Phase.RESTARTING,
          OptionalLong.empty(),
          Optional.empty(),
          invocation,
          restarts,
          Optional.ofNullable(child == null ? lastExit : exitOf(child)));
    }
    Optional<Path> executable = executable(child.pid());
    Phase alive = executable.isPresent() ? Phase.RUNNING : Phase.STARTING;
    return new ServiceState(
        stopping ? Phase.STOPPING : alive,
        OptionalLong.of(child.pid()),
        executable,
        invocation,
        restarts,
        Optional.ofNullable(lastExit));
  }

  private Optional<Path> executable(long pid) {
    return launch.wrappers().stillWrapped(Proc.arguments(pid))
        ? Optional.empty()
        : Proc.running(pid, launch.home(), time.now());
  }

  private void keep(CountDownLatch begun) {
    Backoff backoff = new Backoff();
    try {
      while (launch()) {
        begun.countDown();
        Duration from = time.elapsed();
        awaitExit();
        Duration wait = backoff.after(time.elapsed().minus(from));
        if (isStopping()) {
          return;
        }
        LOG.warn(
            "{} of {} ended by itself ({}); starting it again in {}",
            launch.service(),
            launch.name(),
            lastExit,
            Durations.text(wait));
        time.sleep(wait);
        countRestart();
      }
    } catch (InterruptedException _) {
      // stop() ends the keeper; the child has been dealt with there.
    } finally {
      begun.countDown();
    }
  }

  /** Starts the child unless we are stopping; one that cannot be started counts as ended. */
  private synchronized boolean launch() {
    if (stopping) {
      return false;
    }
    process = null;
    try {
      Map<String, String> variables = new HashMap<>(launch.environment());
      variables.putAll(records.sign());
      Process child = ChildPrograms.start(launch.wrapped(), variables);
      process = child;
      invocation = child.pid() + "@" + time.now();
      remember(child);
      Thread.ofPlatform()
          .daemon()
          .name("log of " + launch.service())
          .start(new LinePump(child.getInputStream(), log, time)::run);
    } catch (IOException e) {
      lastExit = "cannot be started: " + e.getMessage();
      log.add(time.now(), "fleet-installer: " + lastExit);
    }
    return true;
  }

  private void remember(Process child) {
    try {
      records.add(launch.name(), launch.service(), child.toHandle());
    } catch (IOException e) {
      // Better a service that runs unrecorded than none: the record only matters if we are killed.
      LOG.warn("cannot record the child {}: {}", launch.service(), e.getMessage());
    }
  }

  private void awaitExit() throws InterruptedException {
    Process child = process;
    if (child != null) {
      child.waitFor();
      ChildRecords.end(child.toHandle());
      synchronized (this) {
        lastExit = exitOf(child);
      }
    }
  }

  private void end(Process running) throws Fault, InterruptedException {
    LOG.info("stopping {} of {} (pid {})", launch.service(), launch.name(), running.pid());
    List<ProcessHandle> descendants = running.descendants().toList();
    // Not the process's own destroy: it would close the pipe that its last words come through.
    running.toHandle().destroy();
    if (!running.waitFor(launch.stopTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.warn(
          "killing {}: it did not end within {}",
          launch.service(),
          Durations.text(launch.stopTimeout()));
    }
    ChildRecords.end(running.toHandle());
    descendants.forEach(ProcessHandle::destroyForcibly);
    if (!running.waitFor(KILL_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new Fault.Transient(
          ReasonCode.HOST_FAILED,
          "cannot stop %s: pid %d is still there after SIGKILL; is its disk hanging?"
              .formatted(launch.service(), running.pid()));
    }
  }

  private void forget() throws Fault {
    try {
      records.remove(launch.name(), launch.service());
    } catch (IOException e) {
      throw new Fault.Transient(
          ReasonCode.IO_ERROR,
          "cannot forget the child %s: %s".formatted(launch.service(), e.getMessage()));
    }
  }

  private static String exitOf(Process ended) {
    int status = ended.exitValue();
    return status > 128 && status <= 128 + 64
        ? "signal " + Signals.name(status - 128)
        : "status " + status;
  }

  private synchronized boolean isStopping() {
    return stopping;
  }

  private synchronized void countRestart() {
    restarts++;
  }
}

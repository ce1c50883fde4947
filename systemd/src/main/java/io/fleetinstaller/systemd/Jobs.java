package io.fleetinstaller.systemd;

import io.fleetinstaller.host.ServiceState.Phase;
import io.fleetinstaller.io.Durations;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and stops that end: systemd does the work at its own speed, we look on, and kill what does
 * not stop in time. A start that hangs is left to the gate.
 */
final class Jobs {
  private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);

  /** The longest that a unit may ask for to stop, whatever its TimeoutStopSec says. */
  private static final Duration LONGEST_STOP = Duration.ofSeconds(90);

  /** For systemd's own kill at TimeoutStopSec, which comes first where it comes. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private static final Duration AFTER_KILL = Duration.ofSeconds(15);
  private static final Duration SHORTEST_LOOK = Duration.ofMillis(5);
  private static final Duration LONGEST_LOOK = Duration.ofMillis(100);

  private final Systemctl systemctl;
  private final Time time;

  Jobs(Systemctl systemctl, Time time) {
    this.systemctl = systemctl;
    this.time = time;
  }

  /**
   * Stops and starts. One service is left to systemd in one job, so that nothing of ours lies
   * between its end and its start; of several the last to start is the first to stop.
   */
  void restart(List<String> units) throws Fault, InterruptedException {
    if (units.size() == 1) {
      restart(units.getFirst());
      return;
    }
    stop(units.reversed());
    for (String unit : units) {
      UnitState before = UnitState.of(systemctl, unit);
      LOG.info("starting {}", unit);
      systemctl.resetFailed(unit);
      systemctl.start(unit);
      awaitStart(unit, before);
    }
  }

  private void restart(String unit) throws Fault, InterruptedException {
    UnitState before = UnitState.of(systemctl, unit);
    LOG.info("restarting {}", unit);
    systemctl.resetFailed(unit);
    systemctl.restart(unit);
    awaitStart(unit, before);
  }

  /** Stops them in this order, at last by force; one that does not run is left alone. */
  void stop(List<String> units) throws Fault, InterruptedException {
    for (String unit : units) {
      UnitState before = UnitState.of(systemctl, unit);
      if (!before.hasJob() && isDown(before.phase())) {
        continue;
      }
      LOG.info("stopping {}", unit);
      systemctl.stop(unit);
      await(unit, before, state -> !state.hasJob() && isDown(state.phase()));
    }
  }

  private void awaitStart(String unit, UnitState before) throws Fault, InterruptedException {
    await(
        unit,
        before,
        state -> {
          boolean fresh = !state.invocation().equals(before.invocation());
          return !state.hasJob() || (fresh && state.phase() != Phase.STOPPING);
        });
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds(UnitState state) throws Fault;
  }

  private void await(String unit, UnitState before, Condition wanted)
      throws Fault, InterruptedException {
    Duration patience = stopTimeout(before).plus(GRACE);
    if (reached(unit, patience, wanted)) {
      return;
    }
    LOG.warn("killing {}: it did not stop within {}", unit, Durations.text(patience));
    systemctl.kill(unit);
    if (!reached(unit, AFTER_KILL, wanted)) {
      throw new Fault.Transient(
          ReasonCode.HOST_FAILED,
          "cannot stop %s: it is still there after SIGKILL; is its disk hanging?".formatted(unit));
    }
  }

  private boolean reached(String unit, Duration patience, Condition wanted)
      throws Fault, InterruptedException {
    Duration until = time.elapsed().plus(patience);
    Duration look = SHORTEST_LOOK;
    while (!wanted.holds(UnitState.of(systemctl, unit))) {
      if (time.elapsed().compareTo(until) >= 0) {
        return false;
      }
      time.sleep(look);
      Duration longer = look.multipliedBy(2);
      look = longer.compareTo(LONGEST_LOOK) > 0 ? LONGEST_LOOK : longer;
    }
    return true;
  }

  private static boolean isDown(Phase phase) {
    return phase == Phase.STOPPED || phase == Phase.FAILED || phase == Phase.UNKNOWN;
  }

  private static Duration stopTimeout(UnitState state) {
    return TimeSpan.parse(state.value("TimeoutStopUSec"))
        .filter(own -> own.compareTo(LONGEST_STOP) < 0)
        .orElse(LONGEST_STOP);
  }
}

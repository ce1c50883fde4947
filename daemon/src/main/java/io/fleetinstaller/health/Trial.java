package io.fleetinstaller.health;

import io.fleetinstaller.release.HealthCheck;
import io.fleetinstaller.release.HealthCheck.LogAbsent;
import io.fleetinstaller.release.HealthCheck.Probe;
import io.fleetinstaller.release.HealthCheck.ServiceUp;
import io.fleetinstaller.release.Slot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * A copy to be judged.
 *
 * @param since before it was started: from here on the services' logs are evidence
 * @param started after the copy before it had ended: only lines from here on are its own, and count
 * @param fresh whether it was started for this trial: every restart that the init system counts is
 *     then its own. An old copy that the switch never reached may have run, and fallen, for months
 * @param aim what cannot be done when it is unwell, e.g. {@code confirm}
 */
public record Trial(
    Slot slot, HealthCheck terms, Instant since, Instant started, boolean fresh, String aim) {

  public Trial {
    terms = withProbes(terms, demanding(terms.probes()));
  }

  /** A candidate, on the terms of its own descriptor. */
  public static Trial ofCandidate(Slot slot, Instant since, Instant started) {
    return new Trial(slot, slot.descriptor().health(), since, started, true, "confirm");
  }

  /** The same trial, well for at least so long. */
  public Trial stableForAtLeast(Duration least) {
    return new Trial(slot, terms.stableForAtLeast(least), since, started, fresh, aim);
  }

  /**
   * The old copy after a revert. It was confirmed once: that it serves again is enough, so one
   * passed round ends it well, and words in its log do not count against it.
   */
  public static Trial ofOld(Slot slot, Instant since) {
    HealthCheck own = slot.descriptor().health();
    Duration counted = own.interval().multipliedBy(own.failureThreshold() + 1L);
    Duration least = own.startPeriod().plus(counted);
    Duration toBecomeWell = own.deadline().minus(own.stableFor());
    HealthCheck terms =
        new HealthCheck(
            own.startPeriod(),
            own.interval(),
            own.timeout(),
            own.failureThreshold(),
            Duration.ZERO,
            toBecomeWell.compareTo(least) > 0 ? toBecomeWell : least,
            own.probes().stream().map(Trial::lenient).toList());
    return new Trial(slot, terms, since, since, false, "go back to");
  }

  private static Probe lenient(Probe probe) {
    return probe instanceof LogAbsent(String pattern, _) ? new LogAbsent(pattern, false) : probe;
  }

  /** Whatever else a package asks for, a copy whose services do not run is not well. */
  private static List<Probe> demanding(List<Probe> probes) {
    return probes.stream().anyMatch(ServiceUp.class::isInstance)
        ? probes
        : Stream.concat(Stream.of(new ServiceUp(true)), probes.stream()).toList();
  }

  private static HealthCheck withProbes(HealthCheck terms, List<Probe> probes) {
    return new HealthCheck(
        terms.startPeriod(),
        terms.interval(),
        terms.timeout(),
        terms.failureThreshold(),
        terms.stableFor(),
        terms.deadline(),
        probes);
  }
}

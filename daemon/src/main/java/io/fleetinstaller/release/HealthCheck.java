package io.fleetinstaller.release;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to tell whether a candidate is well. The words are those of Docker's and ECS's healthCheck
 * where they have them.
 *
 * @param startPeriod failures of probes do not count yet
 * @param interval between the starts of two rounds
 * @param timeout of one probe
 * @param failureThreshold failed rounds in a row that make it unwell
 * @param stableFor well without a break for so long confirms
 * @param deadline not confirmed by then: unwell
 */
public record HealthCheck(
    Duration startPeriod,
    Duration interval,
    Duration timeout,
    int failureThreshold,
    Duration stableFor,
    Duration deadline,
    List<Probe> probes) {

  public static final HealthCheck DEFAULT =
      new HealthCheck(
          Duration.ofSeconds(15),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          3,
          Duration.ofMinutes(3),
          Duration.ofMinutes(5),
          List.of(new ServiceUp(true)));

  public HealthCheck {
    probes = List.copyOf(probes);
  }

  /** The same check, well for at least so long; the deadline moves on by what that adds. */
  public HealthCheck stableForAtLeast(Duration least) {
    Duration more = least.minus(stableFor);
    return more.isPositive()
        ? new HealthCheck(
            startPeriod, interval, timeout, failureThreshold, least, deadline.plus(more), probes)
        : this;
  }

  /**
   * One question the gate asks. A probe that is not required (only wanted) is recorded and never
   * reverts.
   */
  public sealed interface Probe {
    boolean required();
  }

  /**
   * Every service is active, with the main process it started with, running from the candidate's
   * slot.
   */
  public record ServiceUp(boolean required) implements Probe {}

  /** A GET answers with this status and, if given, a body that contains this regular expression. */
  public record Http(URI url, int status, @Nullable String body, boolean required)
      implements Probe {}

  /** Something accepts connections on this port of 127.0.0.1. */
  public record Tcp(int port, boolean required) implements Probe {}

  /** A program of the slot exits 0. */
  public record Exec(List<String> argv, boolean required) implements Probe {
    public Exec {
      argv = List.copyOf(argv);
    }
  }

  /** No line of the services' own logs since the switch matches this regular expression. */
  public record LogAbsent(String pattern, boolean required) implements Probe {}
}

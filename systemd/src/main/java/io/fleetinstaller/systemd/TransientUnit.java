package io.fleetinstaller.systemd;

import io.fleetinstaller.host.Host;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Programs of a slot as transient units: outside the daemon's control group and sandbox, and ended
 * by systemd with everything they started.
 */
final class TransientUnit {
  /** For systemd-run itself, and for the kill after the polite signal. */
  private static final Duration SLACK = Duration.ofSeconds(10);

  /** What systemd-run says about the unit, in the C locale, between the lines of the program. */
  private static final Pattern OWN =
      Pattern.compile(
          "(Running as unit|Finished with result|Main processes terminated with|Service runtime"
              + "|CPU time consumed|Memory (peak|swap peak)|IP traffic|IO bytes|Press \\^\\]):? ?.*");

  private final Programs programs;

  TransientUnit(Programs programs) {
    this.programs = programs;
  }

  Host.Exit run(List<String> argv, Duration timeout) throws Fault, InterruptedException {
    List<String> words =
        new ArrayList<>(
            List.of(
                "systemd-run",
                "--wait",
                "--pipe",
                "--collect",
                "--property=RuntimeMaxSec=" + timeout.toMillis() + "ms",
                "--property=TimeoutStopSec=1s",
                "--"));
    words.addAll(argv);
    Programs.Result result =
        programs.run(new Programs.Call(words, Map.of("LC_ALL", "C"), "", timeout.plus(SLACK)));
    boolean timedOut =
        result.timedOut()
            || result.errors().lines().anyMatch("Finished with result: timeout"::equals);
    List<String> errors =
        result.errors().lines().filter(line -> !OWN.matcher(line).matches()).toList();
    return new Host.Exit(
        result.status(),
        timedOut,
        Stream.concat(result.output().lines(), errors.stream()).toList());
  }
}

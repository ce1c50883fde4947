package io.fleetinstaller.systemd;

import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What a unit, and systemd about it, wrote to the journal. */
final class Journald {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int LONGEST_LINE = 2000;
  private static final int MOST_LINES = 1000;

  /**
   * Stable ids of what systemd writes when it starts a unit, has started it, is asked to stop it.
   */
  private static final String STARTING = "7d4958e842da4a758f6c1cdc7b36dcc5";

  private static final String STARTED = "39f53479d3a045ac8e11786248231fbf";
  private static final String STOPPING = "de5b426a63be47a7b6ac3eaac82e2f6f";

  private final Programs programs;

  Journald(Programs programs) {
    this.programs = programs;
  }

  /** The last lines since this instant, oldest first. */
  List<String> tail(String unit, Instant since, int lines) throws Fault, InterruptedException {
    // Newest first, for journalctl before 246 takes the first N lines since, not the last.
    Programs.Result result =
        programs.run(
            Programs.Call.of(
                LIMIT,
                "journalctl",
                "--unit=" + unit,
                "--since=@%d.%06d".formatted(since.getEpochSecond(), since.getNano() / 1000),
                "--lines=" + Math.min(lines, MOST_LINES),
                "--reverse",
                "--output=cat",
                "--quiet",
                "--no-pager"));
    return result
        .orFail("read the log of " + unit)
        .output()
        .lines()
        .map(line -> line.substring(0, Math.min(line.length(), LONGEST_LINE)))
        .toList()
        .reversed();
  }

  /** Whether the unit was started since boot, and nobody has asked for its stop since. */
  boolean neverAskedToStop(String unit) throws Fault, InterruptedException {
    Programs.Result result =
        programs.run(
            Programs.Call.of(
                LIMIT,
                "journalctl",
                "--boot",
                "--lines=1",
                "--output=export",
                "--quiet",
                "--no-pager",
                "_PID=1",
                "UNIT=" + unit,
                "MESSAGE_ID=" + STARTING,
                "MESSAGE_ID=" + STARTED,
                "MESSAGE_ID=" + STOPPING));
    return result
        .orFail("read when " + unit + " was started")
        .output()
        .lines()
        .filter(line -> line.startsWith("MESSAGE_ID="))
        .anyMatch(line -> !line.endsWith(STOPPING));
  }
}

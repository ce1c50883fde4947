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
}

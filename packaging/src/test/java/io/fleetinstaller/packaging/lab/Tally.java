package io.fleetinstaller.packaging.lab;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** Counts what the runs came to. Thread-safe. */
final class Tally {
  private static final long UNKNOWN = -1;

  private final Map<String, Row> rows = new TreeMap<>();
  private final Map<String, List<Long>> times = new TreeMap<>();
  private final Reached reached = new Reached();
  private final Set<String> ways = new HashSet<>();
  private int faults;
  private int bricks;
  private long slowest;
  private String slowestRun = "none";

  /** How the runs with one kind of fault ended. */
  private static final class Row {
    int runs;
    int missed;
    int bricks;
    long slowest = UNKNOWN;
    long ofAHost = UNKNOWN;
    final Map<String, Integer> ends = new TreeMap<>();
  }

  /** How many runs met what was to go wrong on them; of those on which something was. */
  private static final class Reached {
    int all;
    int first;
    int none;

    void count(Played played) {
      if (played.run().strikes().isEmpty()) {
        return;
      }
      if (played.fired()) {
        all++;
      } else if (played.happened().strikes().isEmpty()) {
        none++;
      } else {
        first++;
      }
    }

    @Override
    public String toString() {
      return "guests: of %d runs with faults %d met all of them, %d the first of two only, %d none"
          .formatted(all + first + none, all, first, none);
    }
  }

  /**
   * Counts a run for what happened on it: one of whose two faults only the first did is one with a
   * single fault, and one on which nothing did is none.
   */
  synchronized void count(Played played) {
    Run happened = played.happened();
    boolean missed = happened.strikes().isEmpty() && !played.fired();
    Row row = rows.computeIfAbsent((missed ? played.run() : happened).kind(), _ -> new Row());
    row.runs++;
    row.ends.merge(played.end(), 1, Integer::sum);
    row.missed += missed ? 1 : 0;
    if (!happened.strikes().isEmpty()) {
      faults++;
      ways.add(happened.way());
    }
    reached.count(played);
    if (!played.broken().isEmpty()) {
      row.bricks++;
      bricks++;
    }
    row.ofAHost = Math.max(row.ofAHost, played.outageOfAHost());
    silence(row, played.run().toString(), played.outage(), played.run().route().isOwn());
    if (played.fired()) {
      measure(played);
    }
  }

  /** One fault that is no fault point. */
  synchronized void count(String scenario, Scenario.Outcome outcome) {
    Row row = row(scenario, !outcome.broken().isEmpty());
    // whatever wait there was was sat out
    row.ofAHost = Math.max(row.ofAHost, outcome.outage() / 1000);
    silence(row, scenario, outcome.outage(), false);
  }

  /** One on which the laboratory itself could not go on, so that nothing was measured. */
  synchronized void failed(String what) {
    row(what, true);
  }

  private Row row(String what, boolean brick) {
    Row row = rows.computeIfAbsent(what, _ -> new Row());
    row.runs++;
    row.ends.merge(brick ? "brick" : "as it should", 1, Integer::sum);
    faults++;
    if (brick) {
      row.bricks++;
      bricks++;
    }
    return row;
  }

  /** Where it is the daemon that is silent, every agent serves. */
  private void silence(Row row, String what, long outage, boolean own) {
    row.slowest = Math.max(row.slowest, outage);
    if (!own && outage > slowest) {
      slowest = outage;
      slowestRun = what;
    }
  }

  synchronized void time(String what, long millis) {
    times.computeIfAbsent(what, _ -> new ArrayList<>()).add(millis);
  }

  private void measure(Played played) {
    String kind = played.run().kind();
    if (played.run().route() == Route.LATE_REVERT && played.outage() > 0) {
      boolean dead = kind.equals("die");
      boolean killed = kind.equals("kill");
      if (kind.equals("nothing") || dead || killed) {
        String daemon = dead ? "no daemon" : killed ? "the daemon killed" : "the daemon alive";
        time("crash of the candidate to the old copy serving, " + daemon, played.outage());
      }
    }
    if (played.onTrial()
        && played.run().route().leavesACopy()
        && !played.run().route().isOwn()
        && played.run().strikes().size() == 1) {
      boolean dead = kind.equals("cut-dead");
      played
          .boot()
          .ifPresent(it ->
              time(
                  "power-on to the agent serving, cut on trial" + (dead ? ", no daemon" : ""), it));
    }
  }

  synchronized int bricks() {
    return bricks;
  }

  synchronized List<String> table() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "| fault | runs | not reached | ended | bricks | longest outage | with the wait for the deadline |");
    lines.add("| --- | ---: | ---: | --- | ---: | ---: | ---: |");
    rows.forEach((kind, row) -> lines.add(line(kind, row)));
    lines.add("");
    lines.add("| time | median | worst | of |");
    lines.add("| --- | ---: | ---: | ---: |");
    times.forEach((what, all) -> lines.add(line(what, all)));
    lines.add("");
    lines.add(
        "by the name of the effect and the manner: %d different faults".formatted(ways.size()));
    lines.add(
        "slowest recovery, as the time in which nothing served: %.1f s, %s"
            .formatted(slowest / 1000.0, slowestRun));
    return lines;
  }

  /** Whether so few of the faults happened that the others prove little. */
  synchronized boolean missesMost() {
    return reached.none > reached.all + reached.first;
  }

  /** How many of the runs met the faults that were meant for them, and what it all came to. */
  synchronized List<String> lastLines() {
    return List.of(reached.toString(), "guests: %d faults, %d bricks".formatted(faults, bricks));
  }

  private static String line(String kind, Row row) {
    String ends =
        row.ends.entrySet().stream()
            .map(it -> it.getValue() + " " + it.getKey())
            .reduce((one, other) -> one + ", " + other)
            .orElse("");
    String silence = row.slowest == UNKNOWN ? "-" : "%.1f s".formatted(row.slowest / 1000.0);
    String ofAHost = row.ofAHost == UNKNOWN ? "-" : row.ofAHost + " s";
    return "| %s | %d | %d | %s | %d | %s | %s |"
        .formatted(kind, row.runs, row.missed, ends, row.bricks, silence, ofAHost);
  }

  private static String line(String what, List<Long> all) {
    LongStream sorted = all.stream().mapToLong(Long::longValue).sorted();
    long[] values = sorted.toArray();
    return "| %s | %.2f s | %.2f s | %d |"
        .formatted(
            what,
            values[values.length / 2] / 1000.0,
            values[values.length - 1] / 1000.0,
            values.length);
  }
}

package io.fleetinstaller.packaging.cuts;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What there was to see on a machine after a cut, as its report has it: KEY=VALUE a line. */
record Seen(Cut cut, Map<String, List<String>> facts) {
  private static final String OLD = "1.5.0";
  private static final String NEW = "1.9.0";

  /** What the agent keeps; the bad release changes it before it crashes. */
  private static final String KEPT = "kept";

  private static final String FIRST_INSTALL = "00000001";

  static Seen of(Cut cut, String report) {
    return new Seen(
        cut,
        report
            .lines()
            .filter(line -> line.indexOf('=') > 0)
            .collect(
                Collectors.groupingBy(
                    line -> line.substring(0, line.indexOf('=')),
                    Collectors.mapping(
                        line -> line.substring(line.indexOf('=') + 1), Collectors.toList()))));
  }

  /** Whether nobody waited for the end of it. */
  boolean isLate() {
    return !all("late").isEmpty();
  }

  private List<String> all(String key) {
    return facts.getOrDefault(key, List.of());
  }

  private String one(String key) {
    return all(key).stream().findFirst().orElse("");
  }

  String end() {
    return one("end");
  }

  /** The last line of the journal that the cut left. */
  String left() {
    String journal = one("early.journal");
    String last = journal.substring(journal.indexOf(' ') + 1);
    boolean begun = !last.isEmpty() && !journal.startsWith(FIRST_INSTALL);
    return begun ? last : "nothing begun";
  }

  /** Whether something was on trial when the power went. */
  boolean onTrial() {
    String current = one("early.current");
    return !current.startsWith(OLD) && one("early.confirmed").equals("0");
  }

  /** Seconds of the machine's own from power-on to the agent's first answer. */
  double serving() {
    return seconds(one("first"));
  }

  /** Of what the watch wrote: version, seconds since power-on, state of the daemon. */
  static double seconds(String first) {
    List<String> words = List.of(first.strip().split(" ", -1));
    return words.size() > 1 ? Double.parseDouble(words.get(1)) : Double.NaN;
  }

  boolean servedWithoutDaemon() {
    return !one("first").endsWith(" active");
  }

  /** What must not be; empty when all is well. */
  List<String> broken() {
    List<String> broken = new ArrayList<>();
    boolean upgraded = end().equals("upgraded");
    check(broken, !isLate(), "the upgrade has not ended");
    check(
        broken, List.of("upgraded", "reverted", "given-up").contains(end()), "it ended: " + end());
    check(broken, !upgraded || !cut.release().equals("crashes"), "a bad release was confirmed");
    check(broken, one("serving").equals(upgraded ? NEW : OLD), "it serves " + one("serving"));
    check(
        broken,
        one("current").startsWith(upgraded ? NEW + "-" : OLD + "-"),
        "current is " + one("current"));
    check(broken, whole("", one("current")), "current is not whole: " + all("slot"));
    for (String when : List.of("early.", "late.", "")) {
      all(when + "slot").stream()
          .filter(it -> it.endsWith(" torn"))
          .forEach(it -> broken.add("a torn slot is taken for whole: " + when + it));
    }
    check(broken, one("verify").equals("done"), "verify: " + one("verify"));
    check(broken, one("data").equals(KEPT), "its data is '" + one("data") + "'");
    check(broken, all("corrupt").isEmpty(), "set aside: " + all("corrupt"));
    check(broken, all("armed").isEmpty(), "still armed: " + all("armed"));
    check(broken, all("failed").isEmpty(), "failed units: " + all("failed"));
    beforeTheAgent(broken);
    return broken;
  }

  /** What the guard must have seen to before the agent's unit starts. */
  private void beforeTheAgent(List<String> broken) {
    String time = one("late.time");
    check(
        broken,
        time.matches("[0-9]{1,12}")
            && cut.clock().shows(Instant.ofEpochSecond(Long.parseLong(time)), Instant.now()),
        "the clock should be at " + cut.clock() + ", and says " + time);
    String current = one("late.current");
    check(broken, whole("late.", current), "the agent starts from " + current + ", not whole");
    check(
        broken,
        !current.startsWith(OLD) || one("late.data").equals(KEPT),
        "the old copy starts on data that is '" + one("late.data") + "'");
    if (!one("boot").equals("loaded") || !one("late.confirmed").equals("0")) {
      return;
    }
    boolean goesOn = !one("late.well").startsWith("0") && one("late.well").endsWith("paused=1");
    check(broken, goesOn || current.startsWith(OLD + "-"), "the agent starts from " + current);
  }

  private boolean whole(String when, String slot) {
    return all(when + "slot").contains(slot.replaceFirst(".*/", "") + " whole");
  }

  private static void check(List<String> broken, boolean holds, String otherwise) {
    if (!holds) {
      broken.add(otherwise);
    }
  }
}

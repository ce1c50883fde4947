package io.fleetinstaller.packaging.lab;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the server of the reports knows of an upgrade that has ended, beside what is true on the
 * host.
 */
final class Reported {
  private static final String NONE = "none";

  private final Facts facts;
  private final List<String> broken = new ArrayList<>();

  Reported(Facts facts) {
    this.facts = facts;
  }

  /** What does not hold. */
  List<String> broken() {
    List<String> told = List.of(facts.text("told").split(" ", -1));
    if (told.size() < 2) {
      return List.of("I6 no report tells of it");
    }
    theEnd(told.get(0), told.get(1));
    onceAnAttempt();
    config();
    return broken;
  }

  /** As the daemon says, and as its journal has it. */
  private void theEnd(String id, String end) {
    String known = "%s %s".formatted(facts.text("id"), facts.end());
    check(
        known.equals("%s %s".formatted(id, end)),
        "I6 the last report tells of %s %s, the daemon of %s".formatted(id, end, known));
    String journal =
        facts.words("journal").stream()
            .filter(it -> it.getFirst().equals(id + ".journal"))
            .map(it -> it.get(1))
            .findFirst()
            .orElse(NONE);
    check(
        journal.equals(end),
        "I6 the last report tells of %s, its journal %s".formatted(end, journal));
  }

  /**
   * A server counts ids: the same attempt has one, in all reports, and one end. Only an attempt
   * that was given up, for a disk that did not take even that, may be gone on with by a later
   * start.
   */
  private void onceAnAttempt() {
    Map<String, String> ends = new HashMap<>();
    Map<String, String> ids = new HashMap<>();
    for (List<String> outcome : facts.words("outcome")) {
      String id = outcome.getFirst();
      String end = outcome.get(1);
      String before = ends.getOrDefault(id, end);
      check(
          before.equals(end) || before.equals("given-up"),
          "I6 %s was told as %s and as %s".formatted(id, before, end));
      ends.put(id, end);
      String twin = ids.getOrDefault(outcome.get(2), id);
      check(twin.equals(id), "I6 one attempt was told as %s and as %s".formatted(twin, id));
      ids.put(outcome.get(2), id);
    }
  }

  /** What is asked for, and what is there of it. */
  private void config() {
    String source = facts.text("told.source");
    check(source.endsWith(" " + NONE), "I9 it tells of its source: " + source);
    check(
        facts.text("told.desired").equals(facts.text("desired")),
        "I9 it tells that %s is asked for, and that is %s"
            .formatted(facts.text("told.desired"), facts.text("desired")));
    String link = facts.text("current");
    String told = facts.text("told.current");
    boolean same =
        link.isEmpty()
            ? told.equals(NONE)
            : told.startsWith("sha256:" + link.substring(link.lastIndexOf('-') + 1));
    check(same, "I9 it tells that %s is current, and that is '%s'".formatted(told, link));
  }

  private void check(boolean holds, String what) {
    if (!holds) {
      broken.add(what);
    }
  }
}

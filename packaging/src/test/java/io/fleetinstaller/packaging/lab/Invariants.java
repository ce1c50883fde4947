package io.fleetinstaller.packaging.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What must hold after every fault: I1 to I10, each looked at from outside the daemon wherever that
 * is possible.
 *
 * <ul>
 *   <li>I1 The service runs. The exporter answers on its port with the version that belongs to how
 *       the upgrade ended, and runs from the slot that {@code current} names, which {@code verify}
 *       finds whole. After a first install that failed, and after a removal, neither unit, link nor
 *       process is left. The old copy has its data as it was before a candidate changed it, and a
 *       candidate that stays has what it made of it.
 *   <li>I2 The copy that worked is never touched. The old slot is there, and every name, mode,
 *       owner and byte of it is that of the release; after a removal it may be gone.
 *   <li>I3 At most one open upgrade. No journal of the package is without an end when the daemon
 *       says that nothing is open, and at most one before.
 *   <li>I4 The disk keeps its reserve.
 *   <li>I5 A bad release is remembered once: at most one journal says that it was taken back, and
 *       one does when the daemon says so.
 *   <li>I6 A report reaches its server, and an attempt counts once: the last one tells of the same
 *       upgrade and end as daemon and journal, and no attempt is told of under two ids, no id with
 *       two ends but for one that was given up first.
 *   <li>I7 The service is well again within the deadline of the gate and ten seconds: the longest
 *       time in which the port was silent, while the machine had power. A daemon that hangs while
 *       the service stands still, for a snapshot or on the way back, keeps the guard out, and is
 *       first ended by its watchdog. Where no daemon can start and the service was stopped, not
 *       ended, the guard comes at its deadline; the laboratory does not sit that out, and counts it
 *       apart. Where it is the daemon that is upgraded, the same is asked of its socket, within 30
 *       s.
 *   <li>I8 Nothing unsigned runs: the process runs from a slot, and every slot that is marked as
 *       whole is, name by name and byte by byte, the release whose digest it bears.
 *   <li>I9 What is reported of config is what counts here: the last report names the release that
 *       the desired file asks for, and the one that {@code current} leads to.
 *   <li>I10 The other package has the same process as before, if the machine kept its power, and
 *       the same copy. Where it is the daemon that is upgraded, that holds for the exporter, too.
 * </ul>
 */
final class Invariants {
  /** The deadline of the laboratory's releases and ten seconds. */
  static final long BUDGET_MILLIS = 16_000;

  /** The same behind the 20 s of the watchdog of the daemon's unit. */
  private static final long HANGING_BUDGET_MILLIS = BUDGET_MILLIS + 20_000;

  /** Until a daemon answers again. */
  private static final long OWN_BUDGET_MILLIS = 30_000;

  /** The same behind the minute that its unit gives it to start. */
  private static final long OWN_HANGING_BUDGET_MILLIS = OWN_BUDGET_MILLIS + 62_000;

  /** Five minutes for a service to start after a snapshot, what copying takes, and the deadline. */
  private static final long LONGEST_WAIT_SECONDS = 400;

  private static final long RESERVE = 1 << 20;

  private final Run run;
  private final Facts facts;
  private final boolean hadPower;
  private final List<String> broken = new ArrayList<>();

  /**
   * @param hadPower whether the machine ran all the time
   */
  Invariants(Run run, Facts facts, boolean hadPower) {
    this.run = run;
    this.facts = facts;
    this.hadPower = hadPower;
  }

  /** What does not hold once the upgrade has ended. */
  List<String> atTheEnd() {
    String end = facts.end();
    switch (end) {
      case "upgraded" -> check(run.route().canSucceed(), "I1 what cannot succeed was confirmed");
      case "reverted", "given-up" -> {}
      default -> broken.add("I1 it ended as '" + end + "'");
    }
    serves(end.equals("upgraded") ? run.route().after() : run.route().before());
    check(facts.all("armed").isEmpty(), "I3 a guard is still armed: " + facts.all("armed"));
    check(open() == 0, "I3 journals without an end: " + facts.all("journal"));
    memory(end);
    boolean had = run.route().before().isPresent();
    always(had && (!end.equals("upgraded") || run.route().leavesACopy()));
    check(facts.all("prepared").isEmpty(), "I1 left by the guard: " + facts.all("prepared"));
    broken.addAll(new Reported(facts).broken());
    return broken;
  }

  /** What does not hold while no daemon can run, after the guard had its time. */
  List<String> withoutDaemon() {
    Optional<String> serving = facts.one("serving");
    if (run.route().leavesACopy()) {
      check(
          run.route().isOwn() || (serving.isPresent() && current(Set.of(serving.get()))),
          "I1 without a daemon nothing serves");
      data();
      String before = run.route().before().orElseThrow() + "-";
      check(
          facts.text("current").startsWith(before) || facts.one("confirmed").isPresent(),
          "I1 the guard leaves an unconfirmed candidate alone");
    }
    check(open() <= 1, "I3 journals without an end: " + facts.all("journal"));
    always(run.route().leavesACopy());
    return broken;
  }

  private void always(boolean oldStays) {
    slots(oldStays);
    long free = Long.parseLong(facts.one("free").orElse("0"));
    check(free >= RESERVE, "I4 only %d bytes are free".formatted(free));
    long outage = facts.timeline().longestOutage();
    if (run.route().leavesACopy()) {
      check(outage <= budget(), "I7 nothing served for %d ms".formatted(outage));
      long wait = facts.spared();
      check(
          wait <= LONGEST_WAIT_SECONDS, "I7 the guard would have come after %d s".formatted(wait));
    }
    neighbour();
    if (run.route().isOwn()) {
      agent();
    }
  }

  private void serves(Optional<String> version) {
    Optional<String> serving = facts.one("serving");
    check(serving.equals(version), "I1 it serves %s, not %s".formatted(serving, version));
    if (version.isEmpty()) {
      check(facts.text("current").isEmpty(), "I1 current is left: " + facts.text("current"));
      check(facts.text("unit.MainPID").equals("0"), "I1 its service still runs");
      check(facts.all("file").isEmpty(), "I1 unit files are left: " + facts.all("file"));
      return;
    }
    check(current(Set.of(version.get())), "I1 current is not it: " + facts.text("current"));
    data();
    check(facts.text("verify").equals("whole"), "I1 verify says that it is damaged");
    check(facts.text("unit.UnitFileState").equals("enabled"), "I1 its unit is not enabled");
    check(
        facts.all("file").stream().noneMatch(it -> it.contains("trial")),
        "I1 a trial's drop-in is left: " + facts.all("file"));
    check(
        !facts.text("unit.OnFailure").contains("fleet-installer-ended@"),
        "I1 systemd still has it on trial: " + facts.text("unit.OnFailure"));
  }

  /** Whether current names a whole slot of such a version, and the service runs from it. */
  private boolean current(Set<String> versions) {
    String current = facts.text("current");
    boolean fits = versions.stream().anyMatch(it -> current.startsWith(it + "-"));
    return fits
        && facts.text("executable").contains("/%s/%s/".formatted(run.route().subject(), current));
  }

  /** The old copy runs on what it left, a candidate on what it made of that. */
  private void data() {
    boolean moved =
        run.route() == Route.DATA_UPGRADE && !facts.text("current").startsWith("1.5.0-");
    check(
        facts.text("data").equals(moved ? "moved" : "kept"),
        "I1 its data is " + facts.text("data"));
  }

  private void memory(String end) {
    long reverted =
        facts.words("journal").stream()
            .filter(it -> it.size() > 2 && it.get(1).equals("reverted"))
            .filter(it -> it.get(2).equals(digest(run.route().wish())))
            .count();
    check(reverted <= 1, "I5 the release was taken back %d times".formatted(reverted));
    check(reverted == 1 || !end.equals("reverted"), "I5 nothing remembers that it was taken back");
  }

  private void slots(boolean oldStays) {
    Map<String, String> trusted =
        facts.words("trusted").stream()
            .collect(Collectors.toMap(it -> it.get(2), it -> it.get(1), (one, _) -> one));
    boolean old = false;
    for (List<String> slot : facts.words("slot")) {
      String digest = slot.getFirst().substring(slot.getFirst().lastIndexOf('-') + 1);
      String sum =
          trusted.entrySet().stream()
              .filter(it -> it.getKey().startsWith("sha256:" + digest))
              .map(Map.Entry::getValue)
              .findFirst()
              .orElse("");
      boolean same = slot.get(2).equals(sum);
      check(same || !slot.get(1).equals("whole"), "I8 %s is not what was signed".formatted(slot));
      old |= same && digest(run.route().old()).startsWith("sha256:" + digest);
    }
    check(old || !oldStays, "I2 the old copy is not as it was: " + facts.all("slot"));
    String executable = facts.text("executable");
    check(
        executable.isEmpty() || !executable.endsWith("(deleted)"),
        "I2 it runs from a copy that was deleted: " + executable);
  }

  private long budget() {
    boolean hangs = run.strikes().stream().anyMatch(it -> it.manner() == Manner.STOP);
    if (run.route().isOwn()) {
      // one that cannot start answers when the laboratory lets it
      boolean dead = run.strikes().stream().anyMatch(it -> it.manner().leavesNoLauncher());
      long alive = hangs ? OWN_HANGING_BUDGET_MILLIS : OWN_BUDGET_MILLIS;
      return dead ? Long.MAX_VALUE : alive;
    }
    return hangs ? HANGING_BUDGET_MILLIS : BUDGET_MILLIS;
  }

  private void agent() {
    List<String> words = facts.words("agent").getFirst();
    check(words.get(2).equals("1.5.0"), "I10 the exporter serves '%s'".formatted(words.get(2)));
    check(!hadPower || words.get(0).equals(words.get(1)), "I10 the exporter was restarted");
  }

  private void neighbour() {
    List<String> words = facts.words("neighbour").getFirst();
    check(!words.get(1).equals("0"), "I10 the neighbour does not run");
    check(words.get(2).equals(words.get(3)), "I10 the neighbour has another copy: " + words);
    check(!hadPower || words.get(0).equals(words.get(1)), "I10 the neighbour was restarted");
  }

  private long open() {
    return facts.words("journal").stream().filter(it -> it.get(1).equals("open")).count();
  }

  private String digest(String release) {
    return facts.words("trusted").stream()
        .filter(it -> it.getFirst().equals(release))
        .map(it -> it.get(2))
        .findFirst()
        .orElse("none");
  }

  private void check(boolean holds, String what) {
    if (!holds) {
      broken.add(what);
    }
  }
}

package io.fleetinstaller.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.host.FakeHost;
import io.fleetinstaller.host.Host.Exit;
import io.fleetinstaller.host.Life;
import io.fleetinstaller.host.ServiceState;
import io.fleetinstaller.host.ServiceState.Phase;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.HealthCheck;
import io.fleetinstaller.release.HealthCheck.Exec;
import io.fleetinstaller.release.HealthCheck.LogAbsent;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GateTest {
  private static final List<String> CHECK = List.of("bin/agent", "health");
  private static final Exit GOOD = new Exit(0, false, List.of());
  private static final Exit BAD = new Exit(3, false, List.of("database is locked"));
  private final Fault noProcesses =
      new Fault.Transient(ReasonCode.HOST_FAILED, "cannot start a program: out of processes");

  private final FakeTime time = new FakeTime();
  private final FakeHost host = new FakeHost(time);
  private final Gate gate = new Gate(host, time);
  private final Duration began = time.elapsed();

  static Stream<Arguments> sick() {
    Path old = Agent.FOLDER.resolve("1.0-aaaaaaaaaaaa/bin/agent");
    return Stream.of(
        row("crashes at once", Life.GOOD.exits(ms(0), "status 1"), ReasonCode.EXITED, ms(0)),
        row("exits 0", Life.GOOD.exits(ms(900), "status 0"), ReasonCode.EXITED, ms(1000)),
        row("crashes late", Life.GOOD.exits(s(170), "signal SEGV"), ReasonCode.EXITED, s(170)),
        row("is restarted", Life.GOOD.restarts(s(7), "status 2"), ReasonCode.RESTARTED, s(7)),
        row("waits for its restart", Life.GOOD.in(s(4), Phase.RESTARTING), ReasonCode.EXITED, s(4)),
        row("changes its main process", Life.GOOD.newMainProcess(s(9)), ReasonCode.RESTARTED, s(9)),
        row("cannot be started", Life.GOOD.failsToStart(), ReasonCode.START_FAILED, ms(0)),
        row("hangs in start", Life.HANGING, ReasonCode.START_TIMEOUT, s(25)),
        row(
            "is given up by systemd",
            Life.HANGING.exits(s(12), ServiceState.START_TIMEOUT),
            ReasonCode.START_TIMEOUT,
            s(12)),
        row("is not known", Life.GOOD.in(ms(0), Phase.UNKNOWN), ReasonCode.NOT_RUNNING, s(25)),
        row("never ran", Life.GOOD.in(ms(0), Phase.STOPPED), ReasonCode.NOT_RUNNING, s(25)),
        row("runs the old copy", Life.GOOD.runs(old), ReasonCode.WRONG_COPY, ms(0)),
        row("is stopped by hand", Life.GOOD.stopped(s(8)), ReasonCode.STOPPED_BY_PERSON, s(300)));
  }

  @Tag("F52")
  @ParameterizedTest(name = "{0}")
  @MethodSource("sick")
  void a_sick_service_is_told_by_its_true_reason_and_at_once(
      String name, Life life, ReasonCode code, Duration after) throws Exception {
    Slot slot = started(Agent.slot(), life);

    Reason reason = reason(observe(candidate(slot)));

    assertThat(reason.code()).as(reason.toString()).isEqualTo(code);
    assertThat(decided()).isEqualTo(after);
  }

  static Stream<Arguments> well() {
    Path own = Agent.slot().path().resolve("bin/agent");
    return Stream.of(
        Arguments.of("runs", Life.GOOD, s(180)),
        Arguments.of("runs in java", Life.GOOD.runs(Path.of("/usr/lib/jvm/bin/java")), s(180)),
        Arguments.of("is ready late", Life.HANGING.readyAfter(s(24)), s(205)),
        Arguments.of("is started anew by hand", Life.GOOD.startedByPerson(s(42), own), s(225)),
        Arguments.of(
            "is stopped and started by hand",
            Life.GOOD.stopped(s(10)).startedByPerson(s(99), own),
            s(279)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("well")
  void a_service_that_runs_for_long_enough_without_a_break_is_well(
      String name, Life life, Duration after) throws Exception {
    Slot slot = started(Agent.slot(), life);

    Verdict verdict = observe(candidate(slot));

    assertThat(verdict).isInstanceOf(Verdict.Well.class);
    assertThat(passed()).isEqualTo(after);
  }

  @Tag("F48")
  @Test
  void an_exit_is_told_with_how_it_ended_and_the_end_of_its_log() throws Exception {
    Slot slot = started(Agent.slot(), Life.GOOD.exits(s(3), "status 7"));
    Instant since = time.now();
    host.says(Agent.NAME, Agent.SERVICE, "FATAL: no such table; password=hunter2");

    Reason reason = reason(observe(Trial.ofCandidate(slot, since, since)));

    assertThat(reason.sentence())
        .startsWith("cannot confirm agent 2.0")
        .endsWith("agent.service exited by itself (status 7)");
    assertThat(reason.evidence())
        .contains("agent.service: failed, last exit status 7, 0 restarts")
        .contains("log agent.service: FATAL: no such table; password=[redacted]");
  }

  @Test
  void failures_in_the_start_period_do_not_count() throws Exception {
    Slot slot = checked(at -> at.compareTo(s(14)) > 0);

    Verdict verdict = observe(candidate(slot));

    assertThat(verdict).isInstanceOf(Verdict.Well.class);
    assertThat(passed()).isEqualTo(s(195));
  }

  @Tag("F54")
  @Test
  void failures_in_a_row_condemn_and_name_the_probe() throws Exception {
    Slot slot = checked(at -> at.compareTo(s(60)) < 0);

    Reason reason = reason(observe(candidate(slot)));

    assertThat(reason.code()).isEqualTo(ReasonCode.PROBE_FAILED);
    assertThat(reason.sentence())
        .contains("exec bin/agent health: status 3, expected 0; it said: database is locked")
        .contains("3 times in a row");
    assertThat(reason.evidence())
        .anySatisfy(
            line -> assertThat(line).contains("[required; 12 passed, 3 failed, 0 unclear]"));
    assertThat(decided()).isEqualTo(s(70));
  }

  @Tag("F53")
  @Test
  void a_few_failures_only_begin_the_count_of_good_time_again() throws Exception {
    Slot slot = checked(at -> at.compareTo(s(60)) < 0 || at.compareTo(s(70)) >= 0);

    Verdict verdict = observe(candidate(slot));

    assertThat(verdict).isInstanceOf(Verdict.Well.class);
    assertThat(passed()).isEqualTo(s(250));
  }

  @Test
  void whoever_asks_for_it_may_have_it_be_well_for_longer_but_not_for_less() throws Exception {
    Slot slot = started(Agent.slot(), Life.GOOD);

    Verdict verdict = observe(candidate(slot).stableForAtLeast(s(1000)).stableForAtLeast(s(9)));

    assertThat(verdict).isInstanceOf(Verdict.Well.class);
    assertThat(passed()).isEqualTo(s(1000));
  }

  @Tag("F53")
  @Test
  void one_that_flaps_until_the_deadline_is_not_stable() throws Exception {
    Slot slot = checked(at -> at.toSeconds() % 60 != 0);

    Reason reason = reason(observe(candidate(slot)));

    assertThat(reason.code()).isEqualTo(ReasonCode.NOT_STABLE);
    assertThat(reason.sentence()).contains("not well for 3m").contains("deadline of 5m");
    assertThat(decided()).isEqualTo(s(300));
  }

  @Tag("F54")
  @Test
  void a_wanted_probe_is_evidence_and_nothing_more() throws Exception {
    host.program(CHECK, () -> BAD);
    Slot slot = started(Agent.slot(new Exec(CHECK, false)), Life.GOOD);

    Verdict verdict = observe(candidate(slot));

    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Well.class,
            well ->
                assertThat(well.evidence())
                    .anySatisfy(line ->
                        assertThat(line).contains("status 3").contains("[wanted; 0 passed")));
  }

  @Tag("F50")
  @Test
  void what_the_host_cannot_tell_moves_the_deadline_and_is_no_break() throws Exception {
    Slot slot = started(Agent.slot(), Life.GOOD);
    host.outage(s(30), s(230), noProcesses);

    Verdict verdict = observe(candidate(slot));

    assertThat(verdict).isInstanceOf(Verdict.Well.class);
    assertThat(passed()).isEqualTo(s(380));
  }

  @Test
  void what_nobody_can_tell_ends_at_the_double_deadline() throws Exception {
    host.program(
        CHECK,
        () -> {
          throw noProcesses;
        });
    Slot slot = started(Agent.slot(new Exec(CHECK, true)), Life.GOOD);

    Reason reason = reason(observe(candidate(slot)));

    assertThat(reason.code()).isEqualTo(ReasonCode.INCONCLUSIVE);
    assertThat(reason.sentence()).contains("out of processes");
    assertThat(decided()).isEqualTo(s(600));
  }

  @Test
  void an_init_system_that_never_answers_is_inconclusive_too() throws Exception {
    Slot slot = started(Agent.slot(), Life.GOOD);
    host.outage(s(0), s(3600), noProcesses);

    Reason reason = reason(observe(candidate(slot)));

    assertThat(reason.code()).isEqualTo(ReasonCode.INCONCLUSIVE);
    assertThat(reason.evidence()).anyMatch(line -> line.startsWith("log agent.service: cannot"));
    assertThat(decided()).isEqualTo(s(600));
  }

  @Tag("F68")
  @Test
  void a_clock_that_jumps_changes_nothing() throws Exception {
    Slot slot = started(Agent.slot(), Life.GOOD);
    List<Instant> jumps =
        new ArrayList<>(List.of(Instant.EPOCH, Instant.parse("2100-01-01T00:00:00Z")));

    Verdict verdict =
        gate.observe(
            candidate(slot),
            _ -> {
              if (!jumps.isEmpty()) {
                time.jump(jumps.removeFirst());
              }
            });

    assertThat(verdict).isInstanceOf(Verdict.Well.class);
    assertThat(passed()).isEqualTo(s(180));
  }

  @Test
  void a_service_that_does_not_run_is_never_well_whatever_the_probes_say() throws Exception {
    host.program(CHECK, () -> GOOD);
    Slot slot = started(Agent.slot(new Exec(CHECK, true)), Life.HANGING);

    Reason reason = reason(observe(candidate(slot)));

    assertThat(reason.code()).isEqualTo(ReasonCode.START_TIMEOUT);
  }

  @Test
  void the_last_words_of_the_copy_before_it_do_not_count_against_a_candidate() throws Exception {
    Slot slot = started(Agent.slot(new LogAbsent("FATAL", true)), Life.GOOD);
    Instant began = time.now();
    host.says(Agent.NAME, Agent.SERVICE, "FATAL: terminated");
    time.pass(ms(5));

    Verdict verdict = observe(Trial.ofCandidate(slot, began, time.now()));

    assertThat(verdict).isInstanceOf(Verdict.Well.class);
  }

  @Test
  void the_old_copy_is_well_when_it_serves_once() throws Exception {
    host.program(CHECK, () -> passed().compareTo(s(8)) < 0 ? BAD : GOOD);
    Slot slot = started(Agent.slot(new Exec(CHECK, true), new LogAbsent("FATAL", true)), Life.GOOD);
    host.says(Agent.NAME, Agent.SERVICE, "FATAL as always");

    Verdict verdict = observe(Trial.ofOld(slot, time.now()));

    assertThat(verdict).isInstanceOf(Verdict.Well.class);
    assertThat(passed()).isEqualTo(s(10));
  }

  @Test
  void what_the_old_copy_went_through_before_the_switch_is_not_held_against_it() throws Exception {
    Slot slot = started(Agent.slot(), Life.GOOD.restarts(ms(0), "signal KILL"));

    Verdict verdict = observe(Trial.ofOld(slot, time.now()));

    assertThat(verdict).isInstanceOf(Verdict.Well.class);
  }

  @Test
  void the_old_copy_has_no_longer_than_it_may_take_to_become_well() throws Exception {
    host.program(CHECK, () -> passed().toSeconds() % 10 == 0 ? BAD : GOOD);
    HealthCheck terms = Agent.terms(new Exec(CHECK, true));
    Slot slot = started(Agent.slot(terms), Life.GOOD.stopped(s(1)));

    Reason reason = reason(observe(Trial.ofOld(slot, time.now())));

    assertThat(reason.sentence()).startsWith("cannot go back to agent 2.0");
    assertThat(decided()).isEqualTo(terms.deadline().minus(terms.stableFor()));
  }

  @Test
  void an_interrupt_ends_the_watch() throws Exception {
    Slot slot = started(Agent.slot(), Life.GOOD);
    Trial trial = candidate(slot);

    assertThatThrownBy(() -> gate.observe(trial, _ -> Thread.currentThread().interrupt()))
        .isInstanceOf(InterruptedException.class);
  }

  @Test
  void whoever_looks_on_sees_the_good_time_grow() throws Exception {
    Slot slot = started(Agent.slot(), Life.GOOD);
    List<Standing> seen = new ArrayList<>();

    gate.observe(candidate(slot), seen::add);

    assertThat(seen).extracting(Standing::well).isSorted().contains(ms(0), s(90));
    assertThat(seen).extracting(Standing::wanted).containsOnly(s(180));
    assertThat(seen).extracting(Standing::now).containsOnly("well");
  }

  private Slot checked(Predicate<Duration> good) throws Exception {
    host.program(CHECK, () -> good.test(passed()) ? GOOD : BAD);
    return started(Agent.slot(new Exec(CHECK, true)), Life.GOOD);
  }

  private Slot started(Slot slot, Life life) throws Exception {
    host.life(slot.release(), life);
    host.restart(slot);
    return slot;
  }

  private Verdict observe(Trial trial) throws InterruptedException {
    return gate.observe(trial, _ -> {});
  }

  /** How long it took to condemn, without the wait for last words. */
  private Duration decided() {
    return passed().minus(Gate.LAST_WORDS);
  }

  private Duration passed() {
    return time.elapsed().minus(began);
  }

  private static Reason reason(Verdict verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Unwell.class);
    return ((Verdict.Unwell) verdict).reason();
  }

  private static Arguments row(String name, Life life, ReasonCode code, Duration after) {
    return Arguments.of(name, life, code, after);
  }

  private static Duration s(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  private static Duration ms(long millis) {
    return Duration.ofMillis(millis);
  }

  private Trial candidate(Slot slot) {
    return Trial.ofCandidate(slot, time.now(), time.now());
  }
}

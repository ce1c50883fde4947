package io.fleetinstaller.health;

import io.fleetinstaller.health.Sight.Kind;
import io.fleetinstaller.health.TrialClock.Condition;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.io.Durations;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.HealthCheck;
import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One trial, from the first look to the verdict. Not thread-safe. */
final class Observation {
  private static final int MOST_NOTES = 20;

  private final HealthCheck terms;
  private final Time time;
  private final Watch watch;
  private final Findings findings;
  private final TrialClock clock;
  private final List<String> notes = new ArrayList<>();

  private Sight sight = Sight.FINE;
  private Condition lastRound = Condition.UNWELL;
  private int failedInARow;
  private Duration graceEnds;
  private Duration nextRound;

  Observation(Host host, Time time, Trial trial) {
    this.terms = trial.terms();
    this.time = time;
    this.watch = new Watch(host, trial);
    this.findings = new Findings(Probes.of(host, trial));
    Duration now = time.elapsed();
    this.clock = new TrialClock(now, terms.deadline());
    this.graceEnds = now.plus(terms.startPeriod());
    this.nextRound = now;
  }

  /** Goes on until something is decided. */
  Ending run(Onlooker onlooker) throws InterruptedException {
    while (true) {
      look();
      if (roundDue()) {
        round();
        look();
      }
      Optional<Ending> ending = ending();
      if (ending.isPresent()) {
        return ending.get();
      }
      onlooker.see(standing());
      time.sleep(untilNextLook());
    }
  }

  /** What was seen so far. */
  List<String> evidence() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "watched for %s of at most %s, well without a break for %s of %s"
            .formatted(
                text(clock.watched()),
                text(clock.limit()),
                text(clock.well()),
                text(terms.stableFor())));
    lines.addAll(findings.evidence());
    lines.addAll(notes);
    lines.addAll(watch.evidence());
    return lines;
  }

  private void look() throws InterruptedException {
    Sight before = sight;
    sight = watch.look();
    clock.tick(time.elapsed());
    if (!sight.why().isEmpty() && !sight.equals(before) && notes.size() < MOST_NOTES) {
      notes.add("after %s: %s".formatted(text(clock.watched()), sight.why()));
    }
    if (sight.kind() == Kind.ANEW || sight.kind() == Kind.PAUSED) {
      // what a person did is not held against the copy: it starts from the beginning
      lastRound = Condition.UNWELL;
      failedInARow = 0;
      graceEnds = clock.now().plus(terms.startPeriod());
    }
    clock.enter(sight.kind() == Kind.BLIND ? Condition.UNCLEAR : lastRound);
  }

  private boolean roundDue() {
    boolean watching = sight.kind() == Kind.FINE || sight.kind() == Kind.ANEW;
    return watching && (clock.now().compareTo(nextRound) >= 0 || longEnough() || clock.over());
  }

  private boolean longEnough() {
    return clock.condition() == Condition.WELL && clock.well().compareTo(terms.stableFor()) >= 0;
  }

  private void round() throws InterruptedException {
    nextRound = clock.now().plus(terms.interval());
    for (Findings.Line line : findings.lines()) {
      line.record(
          Asking.ask(line.probe(), terms.timeout(), () -> watch.look().kind() != Kind.GONE));
    }
    if (findings.failing().isPresent()) {
      lastRound = Condition.UNWELL;
      failedInARow += time.elapsed().compareTo(graceEnds) >= 0 ? 1 : 0;
    } else if (findings.unclear().isPresent()) {
      lastRound = Condition.UNCLEAR;
    } else {
      lastRound = Condition.WELL;
      failedInARow = 0;
    }
  }

  private Optional<Ending> ending() {
    if (sight.kind() == Kind.GONE) {
      return Optional.of(new Ending.Condemned(sight.code(), sight.why()));
    }
    if (failedInARow >= terms.failureThreshold()) {
      return Optional.of(failed());
    }
    if (longEnough()) {
      return Optional.of(new Ending.Confirmed());
    }
    return clock.over() ? Optional.of(tooLate()) : Optional.empty();
  }

  private Ending.Condemned failed() {
    return notUp()
        .orElseGet(() ->
            new Ending.Condemned(
                ReasonCode.PROBE_FAILED,
                "failed %d times in a row: %s".formatted(failedInARow, lastFailure())));
  }

  private Ending.Condemned tooLate() {
    String deadline = "the deadline of " + text(clock.limit());
    if (sight.kind() == Kind.PAUSED) {
      return new Ending.Condemned(
          ReasonCode.STOPPED_BY_PERSON, sight.why() + " by hand, and still at " + deadline);
    }
    if (clock.condition() == Condition.UNCLEAR) {
      return new Ending.Condemned(
          ReasonCode.INCONCLUSIVE, "nobody could tell until %s: %s".formatted(deadline, hidden()));
    }
    return notUp().orElseGet(() -> unstable(deadline));
  }

  private Ending.Condemned unstable(String deadline) {
    return new Ending.Condemned(
        ReasonCode.NOT_STABLE,
        "it was not well for %s without a break until %s; last: %s"
            .formatted(text(terms.stableFor()), deadline, lastFailure()));
  }

  private Optional<Ending.Condemned> notUp() {
    return watch.notUp().map(down -> new Ending.Condemned(down.code(), down.why()));
  }

  private String hidden() {
    return sight.kind() == Kind.BLIND
        ? sight.why()
        : findings.unclear().map(Findings.Line::phrase).orElse("no answer");
  }

  private String lastFailure() {
    return findings.failing().map(Findings.Line::phrase).orElse("all probes passed, but too late");
  }

  private Standing standing() {
    String now =
        !sight.why().isEmpty()
            ? sight.why()
            : findings.failing().or(findings::unclear).map(Findings.Line::phrase).orElse("well");
    return new Standing(clock.watched(), clock.limit(), clock.well(), terms.stableFor(), now);
  }

  private Duration untilNextLook() {
    Duration left = nextRound.minus(time.elapsed());
    return left.isPositive() && left.compareTo(Gate.POLL) < 0 ? left : Gate.POLL;
  }

  private static String text(Duration duration) {
    boolean brief = duration.compareTo(Duration.ofSeconds(1)) < 0;
    return Durations.text(brief ? duration : duration.truncatedTo(ChronoUnit.SECONDS));
  }
}

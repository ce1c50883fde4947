package io.fleetinstaller.upgrade;

import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the journal of one upgrade tells, up to now.
 *
 * @param attempt counts equal upgrades in a row that were given up, this one included
 * @param since when the first of them began
 */
public record Account(Upgrade upgrade, int attempt, Instant since, List<Line> lines) {
  private static final Failure UNKNOWN =
      new Failure(
          Failure.Kind.TRANSIENT,
          new Reason(
              ReasonCode.STATE_DAMAGED, "the journal has lost why; the daemon's log has it"));

  public Account {
    lines = List.copyOf(lines);
  }

  Account with(Line line) {
    return new Account(
        upgrade, attempt, since, Stream.concat(lines.stream(), Stream.of(line)).toList());
  }

  /** How it ended; empty while it has not. */
  public Optional<Outcome> outcome() {
    return last(Line.Ended.class).map(Line.Ended::outcome);
  }

  /** When it ended; for one that has not, when the last thing happened. */
  public Instant ended() {
    return lines.isEmpty() ? upgrade.began() : lines.getLast().at();
  }

  /** What first went wrong on the way to the candidate. */
  public Optional<Failure> cause() {
    return failed()
        .filter(line -> Course.forward(line.step()))
        .map(Line.Failed::failure)
        .findFirst();
  }

  /** What was told at the end of a step, the last time that it was done. */
  public List<String> notes(Step step) {
    return lines.stream()
        .flatMap(line ->
            line instanceof Line.Done done && done.step() == step
                ? Stream.of(done.notes())
                : Stream.empty())
        .reduce(List.of(), (_, later) -> later);
  }

  /** Whether the point of no return is behind it. */
  public boolean confirmed() {
    return done(Step.CONFIRM);
  }

  /** What {@code current} named when the last line was written; empty: nothing. */
  public Optional<Release> current() {
    boolean there =
        outcome()
            .map(Outcome.Upgraded.class::isInstance)
            .orElseGet(() -> confirmed() || (done(Step.SWITCH) && !begun(Step.SWITCH_BACK)));
    return there ? upgrade.to() : upgrade.from();
  }

  private boolean done(Step step) {
    return lines.stream().anyMatch(line -> line instanceof Line.Done(_, Step of, _) && of == step);
  }

  private boolean begun(Step step) {
    return lines.stream().anyMatch(line -> line instanceof Line.Begun(_, Step of, _) && of == step);
  }

  Move move() {
    return new Move(
        upgrade.name(), upgrade.from(), upgrade.to(), upgrade.origin(), upgrade.stableFor());
  }

  Optional<Line.OfStep> lastStep() {
    return last(Line.OfStep.class);
  }

  Course.Facts facts(Step step) {
    return new Course.Facts(switched(), failures(step), stuck());
  }

  boolean switched() {
    return begun(Step.SWITCH);
  }

  /** How often the step was begun since it last had an end. */
  int begunInVain(Step step) {
    int begun = 0;
    for (Line line : lines) {
      begun =
          switch (line) {
            case Line.Begun(_, Step of, _) when of == step -> begun + 1;
            case Line.Done(_, Step of, _) when of == step -> 0;
            case Line.Failed(_, Step of, _) when of == step -> 0;
            // The daemon was told to stop: the step did not kill it.
            case Line.Paused _ -> Math.max(0, begun - 1);
            case Line _ -> begun;
          };
    }
    return begun;
  }

  /**
   * Whether the machine went down during the trial in a way that says nothing good of the
   * candidate: not in good order, or before it was ever seen well.
   */
  boolean wentDown(String boot) {
    boolean otherRun = last(Line.Begun.class).filter(line -> !line.boot().equals(boot)).isPresent();
    boolean onTrial = lastStep().filter(line -> Course.trial(line.step())).isPresent();
    boolean inOrder = lines.getLast() instanceof Line.Paused && seenWell();
    return otherRun && onTrial && !confirmed() && !inOrder;
  }

  boolean seenWell() {
    return last(Line.Well.class).isPresent();
  }

  /** The outcome that this end is, with its reason. */
  Outcome outcome(Course.End end) {
    return switch (end) {
      case UPGRADED -> new Outcome.Upgraded();
      case REVERTED -> new Outcome.Reverted(failure().reason());
      case GIVEN_UP -> new Outcome.GivenUp(failure().reason(), failure().kind());
      case STUCK -> new Outcome.Stuck(stuckReason());
    };
  }

  private Failure failure() {
    return cause().orElse(UNKNOWN);
  }

  private Reason stuckReason() {
    String last =
        failed()
            .reduce((_, later) -> later)
            .map(line -> line.step() + " failed: " + line.failure().reason())
            .orElse("");
    return new Reason(
        ReasonCode.WAY_BACK_FAILED,
        "cannot go back to %s of %s: %s; make it run by hand, then ask for a release"
            .formatted(from(), upgrade.name(), last),
        List.of("it went back because of " + failure().reason()));
  }

  private String from() {
    return upgrade.from().map(release -> release.version().value()).orElse("nothing");
  }

  private boolean stuck() {
    return Stream.of(Step.values()).anyMatch(step -> Course.givenUp(step, failures(step)));
  }

  private int failures(Step step) {
    return (int) failed().filter(line -> line.step() == step).count();
  }

  private Stream<Line.Failed> failed() {
    return lines.stream().filter(Line.Failed.class::isInstance).map(Line.Failed.class::cast);
  }

  private <T extends Line> Optional<T> last(Class<T> type) {
    return lines.reversed().stream().filter(type::isInstance).map(type::cast).findFirst();
  }
}

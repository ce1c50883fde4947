package io.fleetinstaller.upgrade;

/** The table: what comes after each step of one upgrade. Pure. */
public final class Course {
  /** A step begun this often without an end kills us: it counts as failed. */
  static final int DEATHS = 4;

  private final boolean install;
  private final boolean removal;

  public Course(Upgrade upgrade) {
    this.install = upgrade.from().isEmpty();
    this.removal = upgrade.to().isEmpty();
  }

  /** How a step went. */
  public enum Result {
    DONE,
    FAILED
  }

  /** The ways to end. */
  public enum End {
    UPGRADED,
    REVERTED,
    GIVEN_UP,
    STUCK
  }

  /** What comes next. */
  public sealed interface Next {}

  public record Do(Step step) implements Next {}

  /** The same step once more, after a pause. */
  public record Again(Step step) implements Next {}

  public record Finish(End end) implements Next {}

  /**
   * What the journal knows beside the step itself.
   *
   * @param switched SWITCH was begun: the host may have changed
   * @param failures how often this step has failed
   * @param stuck the way back was given up
   */
  public record Facts(boolean switched, int failures, boolean stuck) {}

  /** The first step. Begun again from here, steps that are done have nothing to do. */
  public Next first() {
    return skipping(new Do(Step.FETCH));
  }

  /** The next step after this one. */
  public Next after(Step step, Result result, Facts facts) {
    return skipping(
        switch (result) {
          case DONE -> afterDone(step, facts);
          case FAILED -> afterFailed(step, facts);
        });
  }

  private static Next afterDone(Step step, Facts facts) {
    return switch (step) {
      case FETCH -> new Do(Step.UNPACK);
      case UNPACK -> new Do(Step.ARM);
      case ARM -> new Do(Step.SWITCH);
      case SWITCH -> new Do(Step.RESTART);
      case RESTART -> new Do(Step.OBSERVE);
      case OBSERVE -> new Do(Step.CONFIRM);
      case CONFIRM -> new Do(Step.DISARM);
      case DISARM -> facts.stuck() ? new Finish(End.STUCK) : new Do(Step.PRUNE);
      case PRUNE -> new Finish(End.UPGRADED);
      case SWITCH_BACK -> new Do(Step.RESTART_OLD);
      case RESTART_OLD -> new Do(Step.OBSERVE_OLD);
      case OBSERVE_OLD -> new Do(Step.DISCARD);
      case DISCARD -> new Finish(facts.switched() ? End.REVERTED : End.GIVEN_UP);
    };
  }

  private static Next afterFailed(Step step, Facts facts) {
    return switch (step) {
      case FETCH, UNPACK, ARM -> new Do(Step.DISCARD);
      // A switch whose first line could not be written has not begun.
      case SWITCH -> new Do(facts.switched() ? Step.SWITCH_BACK : Step.DISCARD);
      case RESTART, OBSERVE, CONFIRM -> new Do(Step.SWITCH_BACK);
      // The next start and the next upgrade sweep what these leave.
      case DISARM -> new Finish(facts.stuck() ? End.STUCK : End.UPGRADED);
      case PRUNE -> new Finish(End.UPGRADED);
      // Every end disarms the guard, this one too; but it refuses while data waits for it.
      case SWITCH_BACK, RESTART_OLD, OBSERVE_OLD ->
          facts.failures() < tries(step) ? new Again(step) : new Do(Step.DISARM);
      case DISCARD -> new Finish(facts.switched() ? End.REVERTED : End.GIVEN_UP);
    };
  }

  /** How often a step of the way back may fail before a person must act. */
  static int tries(Step step) {
    return switch (step) {
      case SWITCH_BACK, RESTART_OLD -> 20;
      // Each of these takes as long as the gate's deadline.
      case OBSERVE_OLD -> 5;
      case FETCH, UNPACK, ARM, SWITCH, RESTART, OBSERVE, CONFIRM, DISARM, PRUNE, DISCARD -> 1;
    };
  }

  /** Whether a step leads towards the candidate: it may fail for want of a journal. */
  static boolean forward(Step step) {
    return switch (step) {
      case FETCH, UNPACK, ARM, SWITCH, RESTART, OBSERVE, CONFIRM -> true;
      case DISARM, PRUNE, SWITCH_BACK, RESTART_OLD, OBSERVE_OLD, DISCARD -> false;
    };
  }

  /** Whether the host is on trial while this step is under way. */
  static boolean trial(Step step) {
    return switch (step) {
      case SWITCH, RESTART, OBSERVE, CONFIRM -> true;
      case FETCH, UNPACK, ARM, DISARM, PRUNE, SWITCH_BACK, RESTART_OLD, OBSERVE_OLD, DISCARD ->
          false;
    };
  }

  private static boolean wayBack(Step step) {
    return tries(step) > 1;
  }

  static boolean givenUp(Step step, int failures) {
    return wayBack(step) && failures >= tries(step);
  }

  private Next skipping(Next next) {
    return next instanceof Do(Step step) && skips(step)
        ? skipping(afterDone(step, new Facts(true, 0, false)))
        : next;
  }

  /** A removal has no candidate to bring, a first install nothing to return to. */
  private boolean skips(Step step) {
    return switch (step) {
      case FETCH, UNPACK, RESTART -> removal;
      case RESTART_OLD, OBSERVE_OLD -> install;
      case ARM, SWITCH, OBSERVE, CONFIRM, DISARM, PRUNE, SWITCH_BACK, DISCARD -> false;
    };
  }
}

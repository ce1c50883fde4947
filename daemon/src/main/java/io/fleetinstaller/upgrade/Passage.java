package io.fleetinstaller.upgrade;

import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Wait;
import io.fleetinstaller.upgrade.Course.Next;
import io.fleetinstaller.upgrade.Course.Result;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One upgrade on its way through the table. Used by one thread. */
final class Passage {
  private static final Logger LOG = LoggerFactory.getLogger(Passage.class);

  private static final Failure WENT_DOWN =
      new Failure(
          Failure.Kind.TRANSIENT,
          new Reason(
              ReasonCode.INCONCLUSIVE,
              "the machine went down while the candidate was on trial, before it was known well"));

  private final Steps steps;
  private final Journal journal;
  private final Machine machine;
  private final Consumer<View> watcher;
  private final Upgrade upgrade;
  private final Course course;

  /**
   * The machine it all happens on.
   *
   * @param boot tells one run of the machine from another; empty where nobody can
   */
  record Machine(Time time, String boot) {}

  Passage(Steps steps, Journal journal, Machine machine, Consumer<View> watcher) {
    this.steps = steps;
    this.journal = journal;
    this.machine = machine;
    this.watcher = watcher;
    this.upgrade = journal.account().upgrade();
    this.course = new Course(upgrade);
  }

  /** Where to go on, from what the journal tells. */
  Next entry() throws InterruptedException {
    Account account = journal.account();
    if (account.lastStep().isEmpty()) {
      return course.first();
    }
    Step last = account.lastStep().orElseThrow().step();
    if (Course.trial(last) && !account.confirmed()) {
      Optional<Failure> down = takenBack();
      if (down.isEmpty() && account.wentDown(machine.boot())) {
        down = Optional.of(WENT_DOWN);
      }
      if (down.isPresent()) {
        return after(last, fail(last, down.get()));
      }
    }
    return switch (account.lastStep().orElseThrow()) {
      // Steps that are done have nothing to do; those that only seem so are done again.
      case Line.Begun(_, Step step, _) when !account.switched() && Course.forward(step) ->
          course.first();
      case Line.Done(_, Step step, _) when !account.switched() && Course.forward(step) ->
          course.first();
      case Line.Begun(_, Step step, _) -> new Course.Do(step);
      // What was seen before we were gone proves nothing now.
      case Line.Done(_, Step step, _) when step == Step.OBSERVE -> new Course.Do(step);
      case Line.Done(_, Step step, _) -> after(step, Result.DONE);
      case Line.Failed(_, Step step, _) -> after(step, Result.FAILED);
    };
  }

  /** Does what comes next, and says what comes after it. */
  Next take(Next next) throws InterruptedException {
    try {
      return switch (next) {
        case Course.Do(Step step) -> after(step, attempt(step));
        case Course.Again(Step step) -> {
          machine.time().sleep(pause(journal.account().facts(step).failures()));
          yield after(step, attempt(step));
        }
        case Course.Finish _ -> next;
      };
    } catch (InterruptedException e) {
      stopped();
      throw e;
    }
  }

  private void stopped() {
    // A second interrupt would close the journal under the line that tells of the first.
    if (Thread.interrupted()) {
      LOG.debug("told to stop more than once");
    }
    journal.note(new Line.Paused(machine.time().now()));
  }

  /** Whether this touches nothing that runs, so that it may go on beside the trial of another. */
  boolean staging(Next next) {
    return next instanceof Course.Do(Step step)
        && switch (step) {
          case FETCH, UNPACK -> true;
          case DISCARD -> !journal.account().switched();
          case ARM, SWITCH, RESTART, OBSERVE, CONFIRM, DISARM, PRUNE -> false;
          case SWITCH_BACK, RESTART_OLD, OBSERVE_OLD -> false;
        };
  }

  private Next after(Step step, Result result) {
    return course.after(step, result, journal.account().facts(step));
  }

  private Result attempt(Step step) throws InterruptedException {
    Account account = journal.account();
    if (account.begunInVain(step) >= Course.DEATHS) {
      return fail(step, killsUs(step));
    }
    Watch watch = new Watch(step, account.facts(step).failures() + account.begunInVain(step) + 1);
    try {
      if (step == Step.CONFIRM) {
        confirm();
      } else {
        begin(step);
        steps.run(step, upgrade, watch);
        write(new Line.Done(machine.time().now(), step, watch.notes()));
      }
      return Result.DONE;
    } catch (Fault fault) {
      // While we are told to stop, a fault says nothing about the step.
      if (Thread.interrupted()) {
        throw new InterruptedException(fault.getMessage());
      }
      Failure failure = Failure.of(fault);
      boolean stumbled = failure.reason().code() == ReasonCode.WRONG_COPY && Course.trial(step);
      Optional<Failure> truer = stumbled ? takenBack() : Optional.empty();
      Failure seen = new Failure(failure.kind(), failure.reason().with(watch.notes()));
      return fail(step, truer.orElse(seen));
    }
  }

  /** What the guard did to us is no fault of the step that stumbled over it. */
  private Optional<Failure> takenBack() throws InterruptedException {
    return steps.takenBack(upgrade).map(reason -> new Failure(Failure.Kind.REFUSED, reason));
  }

  private void begin(Step step) throws Fault, InterruptedException {
    if (step == Step.ARM) {
      journal.reserve();
    }
    try {
      write(new Line.Begun(machine.time().now(), step, machine.boot()));
    } catch (Fault fault) {
      if (step == Step.SWITCH) {
        settle();
      }
      throw fault;
    }
  }

  /** What is in doubt is settled while the guard is free to decide: either end is as good. */
  private void confirm() throws Fault, InterruptedException {
    try {
      steps.confirm(
          upgrade,
          () -> journal.append(new Line.Done(machine.time().now(), Step.CONFIRM, List.of())));
    } catch (Fault fault) {
      settle();
      throw fault;
    }
  }

  /**
   * A line that failed may still be on disk. Where the next start would read it as leave to go on,
   * nothing is decided until it is known to be gone; until then either end is as good.
   */
  private void settle() throws InterruptedException {
    for (int failures = 1; ; failures++) {
      try {
        journal.cut();
        return;
      } catch (Fault fault) {
        LOG.error("cannot decide the upgrade of {}: {}", upgrade.name(), fault.getMessage());
        machine.time().sleep(pause(failures));
      }
    }
  }

  /** Only the way to the candidate may fail for want of a journal. */
  private void write(Line.OfStep line) throws Fault {
    if (Course.forward(line.step())) {
      journal.append(line);
    } else {
      journal.note(line);
    }
  }

  private Result fail(Step step, Failure failure) {
    LOG.warn("{} of {} failed: {}", step, upgrade.name(), failure.reason());
    journal.note(new Line.Failed(machine.time().now(), step, failure));
    return Result.FAILED;
  }

  /** The pause before the next try of something that has failed so often. */
  private static Duration pause(int failures) {
    return Duration.ofSeconds(Math.clamp(1L << Math.clamp(failures - 1, 0, 6), 1, 60));
  }

  private static Failure killsUs(Step step) {
    return new Failure(
        Failure.Kind.BROKEN,
        new Reason(
            ReasonCode.STEP_KILLS_US,
            "cannot do %s: the daemon did not survive %d tries of it; look at its log"
                .formatted(step, Course.DEATHS)));
  }

  /** Takes what a step tells, from whichever thread. */
  private final class Watch implements Progress {
    private static final int NOTES = 100;

    private final Deque<String> notes = new ArrayDeque<>();
    private final List<Wait> waits = new ArrayList<>();
    private View now;

    private Watch(Step step, int attempt) {
      this.now = new View(upgrade, step, machine.time().now(), 0, 0, attempt, Optional.empty());
      watcher.accept(now);
    }

    @Override
    public synchronized void at(long done, long total) {
      tell(now.at(done, total));
    }

    @Override
    public synchronized void waits(Wait wait) {
      waits.add(wait);
      tell(now.waiting(longest()));
    }

    @Override
    public synchronized void goesOn(Wait wait) {
      waits.remove(wait);
      tell(now.waiting(longest()));
    }

    private Optional<Wait> longest() {
      return waits.stream().max(Comparator.comparing(Wait::until));
    }

    private void tell(View next) {
      now = next;
      watcher.accept(next);
    }

    @Override
    public synchronized void note(List<String> evidence) {
      notes.addAll(evidence);
      while (notes.size() > NOTES) {
        notes.removeFirst();
      }
    }

    @Override
    public void well() {
      if (!journal.account().seenWell()) {
        journal.note(new Line.Well(machine.time().now()));
      }
    }

    private synchronized List<String> notes() {
      return List.copyOf(notes);
    }
  }
}

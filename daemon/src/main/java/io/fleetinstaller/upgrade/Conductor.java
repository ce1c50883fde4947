package io.fleetinstaller.upgrade;

import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.upgrade.Course.Next;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads an upgrade through the table to its end, writing to the journal what it does. Starting and
 * resuming are the same loop. At most one trial is under way at any time; upgrades of other
 * packages may be led by other threads meanwhile. {@link #view} may be asked from any thread.
 */
public final class Conductor {
  private static final Logger LOG = LoggerFactory.getLogger(Conductor.class);

  private final Steps steps;
  private final Journals journals;
  private final Passage.Machine machine;
  private final Semaphore trial = new Semaphore(1);
  private final Map<PackageName, View> views = new ConcurrentHashMap<>();
  private final Map<PackageName, Reason> hindrances = new ConcurrentHashMap<>();

  /**
   * @param boot tells one run of the machine from another; empty where nobody can
   */
  public Conductor(Steps steps, Journals journals, Time time, String boot) {
    this.steps = steps;
    this.journals = journals;
    this.machine = new Passage.Machine(time, boot);
  }

  /** Why the last try to begin an upgrade of this package came to nothing, if it did. */
  public Optional<Reason> hindrance(PackageName name) {
    return Optional.ofNullable(hindrances.get(name));
  }

  /** What is under way now. */
  public List<View> view() {
    return List.copyOf(views.values());
  }

  /**
   * Begins an upgrade and leads it to its end.
   *
   * @throws InterruptedException when the daemon stops; the journal stays open
   */
  public Outcome run(Move move) throws InterruptedException {
    try {
      Journal journal = journals.begin(move);
      hindrances.remove(move.name());
      LOG.atInfo()
          .addKeyValue("package", move.name())
          .addKeyValue("upgrade", journal.account().upgrade().id())
          .log("upgrading {} from {}", move.name(), move);
      return resume(journal);
    } catch (Fault fault) {
      // Nothing has begun, and there is no journal to say so.
      LOG.warn("cannot begin the upgrade of {}: {}", move.name(), fault.getMessage());
      Failure failure = Failure.of(fault);
      hindrances.put(move.name(), failure.reason());
      return new Outcome.GivenUp(failure.reason(), failure.kind());
    }
  }

  /**
   * Goes on with a trial whose journal was lost: the candidate runs, and nothing says that it is
   * well; or the guard went back from it, and nothing else says so.
   *
   * @return empty when its journal is not lost
   */
  public Optional<Outcome> salvage(Upgrade upgrade) throws Fault, InterruptedException {
    if (journals.keeps(upgrade.name(), upgrade.id())) {
      return Optional.empty();
    }
    LOG.warn(
        "the journal of the upgrade of {} is lost; going on from what the guard keeps",
        upgrade.name());
    return Optional.of(resume(journals.salvage(upgrade, machine.boot())));
  }

  /** Ends an upgrade that was confirmed, by all there is on the host, and whose journal lost it. */
  public Outcome conclude(Journal journal) {
    journal.note(new Line.Ended(machine.time().now(), new Outcome.Upgraded()));
    journals.finish(journal);
    return new Outcome.Upgraded();
  }

  /** Leads an upgrade that was begun to its end. */
  public Outcome resume(Journal journal) throws InterruptedException {
    PackageName name = journal.account().upgrade().name();
    Passage passage = new Passage(steps, journal, machine, view -> views.put(name, view));
    boolean held = false;
    try {
      Next next = passage.entry();
      while (!(next instanceof Course.Finish(Course.End end))) {
        if (!held && !passage.staging(next)) {
          trial.acquire();
          held = true;
        }
        next = passage.take(next);
      }
      return finish(journal, end);
    } finally {
      views.remove(name);
      journals.finish(journal);
      if (held) {
        trial.release();
      }
    }
  }

  private Outcome finish(Journal journal, Course.End end) {
    Account account = journal.account();
    Outcome outcome = account.outcome().orElseGet(() -> account.outcome(end));
    if (account.outcome().isEmpty()) {
      journal.note(new Line.Ended(machine.time().now(), outcome));
    }
    String name = account.upgrade().name().value();
    switch (outcome) {
      case Outcome.Upgraded() -> LOG.info("upgraded {} from {}", name, account.move());
      case Outcome.Reverted(var why) -> LOG.warn("took {} back: {}", name, why);
      case Outcome.GivenUp(var why, _) -> LOG.warn("gave up the upgrade of {}: {}", name, why);
      case Outcome.Stuck(var why) -> LOG.error("{} is stuck: {}", name, why);
    }
    return outcome;
  }
}

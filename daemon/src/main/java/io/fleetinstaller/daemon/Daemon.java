package io.fleetinstaller.daemon;

import io.fleetinstaller.api.Ending;
import io.fleetinstaller.api.Job;
import io.fleetinstaller.desired.Policy;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.io.Memory;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.upgrade.Conductor;
import io.fleetinstaller.upgrade.Decision;
import io.fleetinstaller.upgrade.Journal;
import io.fleetinstaller.upgrade.Move;
import io.fleetinstaller.upgrade.Outcome;
import io.fleetinstaller.upgrade.Upgrade;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that changes the host. It resumes what was begun, then does what is due whenever
 * it is told to look, or a person asks for something, or the poll interval is over.
 */
final class Daemon {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  private final LiveSettings settings;
  private final Situation situation;
  private final Inbox inbox;
  private final Desk desk;
  private final Conductor conductor;
  private final Narrated narrated;
  private final Host host;
  private final Guarded guarded;
  private final AgentData data;
  private final News news;
  private final Links links;
  private final LostTrials lostTrials;
  private final Rest rest;
  private final NextLook nextLook;

  /** Packages with an override that is over and could not be ended: nothing is done about them. */
  private Set<PackageName> overruled = Set.of();

  record Crew(
      Desk desk,
      Conductor conductor,
      Narrated narrated,
      Host host,
      HostSteps.Care care,
      News news,
      Links links,
      Memory memory) {}

  Daemon(LiveSettings settings, Situation situation, Inbox inbox, Crew crew) {
    this.settings = settings;
    this.situation = situation;
    this.inbox = inbox;
    this.desk = crew.desk();
    this.conductor = crew.conductor();
    this.narrated = crew.narrated();
    this.host = crew.host();
    this.guarded = crew.care().guard();
    this.data = crew.care().data();
    this.news = crew.news();
    this.links = crew.links();
    this.rest = new Rest(crew.memory(), situation.time());
    this.nextLook = new NextLook(settings, situation, rest);
    this.lostTrials = new LostTrials(situation, host, conductor);
  }

  /** Ends what an earlier run of the daemon left open. A fault of one package stops no other. */
  void resume() throws Fault, InterruptedException {
    boolean onTrial = isOnTrial();
    if (!onTrial) {
      host.ready();
    }
    situation.slots().sweep();
    links.leaveDamaged();
    Set<Slot> mended = links.mend();
    List<Journal> open = situation.journals().open();
    host.resume(current(open));
    links.startFailed(mended);
    lostTrials.resume();
    // Whoever comes after the daemon's own upgrade should be led by the release that stays.
    resume(open.stream().filter(Daemon::isOwn));
    if (onTrial) {
      host.ready();
    }
    resume(open.stream().filter(journal -> !isOwn(journal)));
    for (PackageName name : situation.slots().names()) {
      tidy(name);
    }
  }

  private void resume(Stream<Journal> journals) throws InterruptedException {
    for (Journal journal : journals.toList()) {
      lostTrials.resume(journal);
    }
  }

  /**
   * Whether this is the candidate of the daemon's own upgrade. One that never comes as far as
   * watching itself must not be taken for one that is up: it is ended in its time then.
   */
  private boolean isOnTrial() {
    try {
      Optional<String> current =
          situation
              .slots()
              .read(PackageName.INSTALLER)
              .current()
              .map(slot -> slot.release().slotName());
      return host.guard().armed(PackageName.INSTALLER).stream()
          .anyMatch(armed -> armed.to().isPresent() && armed.to().equals(current));
    } catch (Fault fault) {
      LOG.warn("cannot tell whether this daemon is on trial: {}", fault.getMessage());
      return false;
    }
  }

  private static boolean isOwn(Journal journal) {
    return journal.account().upgrade().name().equals(PackageName.INSTALLER);
  }

  /** What should run now, but for candidates whose turn it is not yet. */
  private List<Slot> current(List<Journal> open) throws Fault, InterruptedException {
    List<Slot> current = new ArrayList<>();
    for (PackageName name : situation.slots().names()) {
      situation.slots().read(name).current().ifPresent(current::add);
    }
    for (Journal journal : open) {
      Upgrade upgrade = journal.account().upgrade();
      Optional<Slot> slot = situation.slots().read(upgrade.name()).current();
      if (slot.isPresent()
          && !journal.account().confirmed()
          && !data.mayStart(upgrade, slot.get())) {
        current.remove(slot.get());
      }
    }
    return current;
  }

  private void tidy(PackageName name) throws InterruptedException {
    try {
      data.tidy(situation.journals().history(name));
      if (mayNotBeOver(name)) {
        LOG.warn("leaving what the guard of {} keeps: its upgrade's journal cannot be read", name);
        return;
      }
      guarded.tidy(name);
      links.prune(name);
    } catch (Fault fault) {
      LOG.warn("cannot tidy {} up: {}", name, fault.getMessage());
    }
  }

  /** What cannot be read, by us or now, may tell of a trial that goes on, or of how it ended. */
  private boolean mayNotBeOver(PackageName name) throws Fault {
    return situation.journals().history(name).open().isPresent()
        || lostTrials.isLeft(name)
        || guarded.records(name).stream()
            .anyMatch(record -> situation.journals().isUnread(name, record.upgradeId()));
  }

  /** Works until it is interrupted. */
  void work() throws InterruptedException {
    rest.begins();
    look(false);
    while (true) {
      serve(inbox.next(nextLook.away()));
    }
  }

  private void serve(Inbox.Errand errand) throws InterruptedException {
    switch (errand) {
      case Inbox.Look _ -> look(false);
      case Inbox.Work(Job job) -> {
        perform(job);
        nextLook.reckon(situation.moment());
      }
      case Inbox.Polled _ when situation.source().polled() -> look(false);
      // Most polls bring nothing, so what the look found that began them still counts.
      case Inbox.Polled _ -> news.happened();
    }
  }

  /**
   * Does what is due; the first of what did not end well. Before and after every other package it
   * is the daemon's own turn.
   */
  private Optional<Outcome> look(boolean poll) throws InterruptedException {
    settings.look();
    situation.policy().look();
    links.startFailed(links.mend());
    situation.source().look(settings.now(), poll);
    Moment moment = situation.moment();
    overruled = endOverrides(moment);
    List<Outcome> ends = new ArrayList<>();
    act(PackageName.INSTALLER, moment).ifPresent(ends::add);
    for (PackageName name : situation.names()) {
      if (!ends.isEmpty()) {
        moment = situation.moment();
      }
      Optional<Outcome> end = act(name, moment);
      if (end.isPresent()) {
        ends.add(end.get());
        act(PackageName.INSTALLER, situation.moment()).ifPresent(ends::add);
      }
    }
    news.happened();
    if (ends.isEmpty()) {
      situation.slots().forgetBegun(moment::isSettled);
      rest.goesOn();
    }
    nextLook.reckon(ends.isEmpty() ? moment : situation.moment());
    return ends.stream().filter(end -> end.why().isPresent()).findFirst();
  }

  /**
   * Ends what people decided before something else was asked for; for good, and before anything is
   * done about that: what is asked for may change back.
   *
   * @return the packages of which it could not be ended, which wait
   */
  private Set<PackageName> endOverrides(Moment moment) {
    LocalPolicy policy = situation.policy();
    Set<PackageName> overtaken = policy.now().overtaken(moment.wishes());
    if (overtaken.isEmpty() || policy.problem().isPresent()) {
      return Set.of();
    }
    try {
      policy.change(now -> now.withoutOverrides(overtaken));
      return Set.of();
    } catch (Fault fault) {
      overtaken.forEach(name -> LOG.warn("{} ({})", unforgotten(name), fault.getMessage()));
      return overtaken;
    }
  }

  private static Reason unforgotten(PackageName name) {
    return new Reason(
        ReasonCode.IO_ERROR,
        "cannot forget what a person decided about %s, so what is asked for since waits; is the disk of the state full or read-only?"
            .formatted(name));
  }

  private Optional<Outcome> act(PackageName name, Moment moment) throws InterruptedException {
    if (!overruled.contains(name)
        && moment.decide(name) instanceof Decision.Act(var move, var why)) {
      LOG.atInfo().addKeyValue("package", name).log("{}", why.sentence());
      return Optional.of(run(move));
    }
    return Optional.empty();
  }

  private Outcome run(Move move) throws InterruptedException {
    rest.ends();
    links.hides(move.name());
    Outcome end = conductor.run(move);
    rest.begins();
    return end;
  }

  private void perform(Job job) throws InterruptedException {
    narrated.tell(Optional.of(job));
    try {
      switch (job.command().verb()) {
        case POLL -> poll(job);
        case RESET_CLOCK -> {
          situation.source().forgetTime(job.command().by());
          poll(job);
        }
        case INSTALL, UPGRADE, ROLLBACK, REMOVE, PIN -> {
          Policy before = situation.policy().now();
          desk.keep(job.command());
          tellPassed(job);
          Conclusion end = converge(job.command().name().orElseThrow(), job);
          desk.settle(job.command(), before);
          job.end(end.ending(), end.why());
        }
        case HOLD, UNHOLD, UNPIN, VERIFY ->
            throw new IllegalStateException(job.command().verb() + " is not the owner's to do");
      }
    } catch (Fault fault) {
      job.failed(fault);
    } catch (RuntimeException e) {
      job.end(Ending.BUG, new Reason(ReasonCode.BUG, "this is a bug: %s".formatted(e)));
      throw e;
    } finally {
      narrated.tell(Optional.empty());
      news.happened();
    }
  }

  private void tellPassed(Job job) {
    PackageName name = job.command().name().orElseThrow();
    desk.warning(name).ifPresent(job::line);
    for (Reason passed : settings.now().policy().passed(name, situation.time().now())) {
      tellPassed(job, passed);
    }
    situation.policy().unknown().ifPresent(unknown -> tellPassed(job, unknown));
  }

  private static void tellPassed(Job job, Reason passed) {
    job.line("a person asks for it, in spite of this: " + passed.sentence());
  }

  private void poll(Job job) throws InterruptedException {
    Optional<Outcome> failed = look(true);
    if (job.command().name().isPresent()) {
      PackageName name = job.command().name().get();
      Conclusion end =
          overruled.contains(name)
              ? new Conclusion(Ending.TRANSIENT, unforgotten(name))
              : converge(name, job);
      job.end(end.ending(), end.why());
    } else {
      Reason done = new Reason(ReasonCode.UP_TO_DATE, "looked, and did what was due");
      Optional<Reason> unread = situation.source().state().error();
      Ending looked = unread.isPresent() ? Ending.TRANSIENT : Ending.DONE;
      job.end(
          failed.map(Ending::of).orElse(looked),
          failed.flatMap(Outcome::why).or(() -> unread).orElse(done));
    }
  }

  /** What a job came to. */
  private record Conclusion(Ending ending, Reason why) {}

  /** Does now what a person wants of one package, whatever failed before. */
  private Conclusion converge(PackageName name, Job job) throws InterruptedException {
    return switch (situation.moment().retry(name)) {
      case Decision.Act(var move, var why) -> {
        LOG.atInfo().addKeyValue("package", name).log("{}", why.sentence());
        job.line(why.sentence());
        Outcome outcome = run(move);
        yield new Conclusion(Ending.of(outcome), outcome.why().orElse(why));
      }
      case Decision.Rest(var why) -> new Conclusion(resting(why), why);
      case Decision.Wait(var why, _) -> new Conclusion(waiting(why), why);
    };
  }

  /** What it means to a person that there is nothing to do, for this reason. */
  private static Ending resting(Reason why) {
    return switch (why.code()) {
      case UP_TO_DATE, NOT_DESIRED, DEPLOYMENT_OVER, HELD -> Ending.DONE;
      default ->
          switch (why.code().blame()) {
            case CONTROL_PLANE, POLICY -> Ending.REFUSED;
            case ENVIRONMENT, WORKLOAD -> Ending.TRANSIENT;
            case STATE -> Ending.BROKEN;
          };
    };
  }

  /** What it means that something is to be done, but not now. */
  private static Ending waiting(Reason why) {
    return switch (why.code()) {
      case DENIED,
          OUT_OF_RANGE,
          PINNED,
          DOWNGRADE,
          REMOTE_UPDATES_OFF,
          UNSIGNED,
          INSTALLER_TOO_OLD ->
          Ending.REFUSED;
      case SLOT_DAMAGED -> Ending.BROKEN;
      default -> Ending.TRANSIENT;
    };
  }
}

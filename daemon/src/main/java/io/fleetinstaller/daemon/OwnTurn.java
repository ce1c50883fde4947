package io.fleetinstaller.daemon;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Wait;
import io.fleetinstaller.upgrade.Decision;
import io.fleetinstaller.upgrade.Progress;
import io.fleetinstaller.upgrade.Step;
import io.fleetinstaller.upgrade.Steps;
import io.fleetinstaller.upgrade.Upgrade;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Has a download that takes longer than a trial make way for the daemon's own upgrade: once for
 * each release of it, whatever becomes of that, and not while a person waits for the download. What
 * came is kept, and gone on with afterwards.
 */
final class OwnTurn implements Steps {
  /** The deadline of a trial whose descriptor names none. */
  static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(1);

  private final Narrated steps;
  private final Situation situation;
  private final Inbox inbox;
  private volatile Optional<Release> madeWayFor = Optional.empty();

  OwnTurn(Narrated steps, Situation situation, Inbox inbox) {
    this.steps = steps;
    this.situation = situation;
    this.inbox = inbox;
  }

  @Override
  public void run(Step step, Upgrade upgrade, Progress progress)
      throws Fault, InterruptedException {
    boolean givesWay =
        step == Step.UNPACK
            && !upgrade.name().equals(PackageName.INSTALLER)
            && !steps.isWaitedFor();
    steps.run(step, upgrade, givesWay ? new GivingWay(progress, upgrade.name()) : progress);
  }

  @Override
  public void confirm(Upgrade upgrade, Confirmation line) throws Fault, InterruptedException {
    steps.confirm(upgrade, line);
  }

  @Override
  public Optional<Reason> takenBack(Upgrade upgrade) throws InterruptedException {
    return steps.takenBack(upgrade);
  }

  /** The owner thread waits for the download, so whoever brings its bytes looks in its place. */
  private boolean isDue() throws InterruptedException {
    situation.source().look(situation.site().settings().now(), false);
    if (situation.moment().decide(PackageName.INSTALLER) instanceof Decision.Act(var move, _)
        && !move.to().equals(madeWayFor)) {
      madeWayFor = move.to();
      return true;
    }
    return inbox.isToChange(PackageName.INSTALLER);
  }

  private final class GivingWay implements Progress {
    private final Progress progress;
    private final PackageName name;
    private Duration nextLook;
    private boolean due;

    /** Who has asked already has waited long enough: this is the next of several downloads. */
    private GivingWay(Progress progress, PackageName name) {
      this.progress = progress;
      this.name = name;
      this.nextLook =
          situation
              .time()
              .elapsed()
              .plus(inbox.isToChange(PackageName.INSTALLER) ? Duration.ZERO : PATIENCE);
    }

    @Override
    public void at(long done, long total) {
      progress.at(done, total);
    }

    @Override
    public void note(List<String> evidence) {
      progress.note(evidence);
    }

    @Override
    public void waits(Wait wait) {
      progress.waits(wait);
    }

    @Override
    public void goesOn(Wait wait) {
      progress.goesOn(wait);
    }

    @Override
    public void well() {
      progress.well();
    }

    @Override
    public synchronized void mayGoOn() throws Fault, InterruptedException {
      progress.mayGoOn();
      Duration now = situation.time().elapsed();
      if (!due && now.compareTo(nextLook) >= 0) {
        nextLook = now.plus(BETWEEN_LOOKS);
        due = isDue();
      }
      if (due) {
        throw new Fault.Transient(
            ReasonCode.OWN_TURN,
            "the download of %s makes way for what is to be done with %s, and goes on soon with what came"
                .formatted(name, PackageName.INSTALLER));
      }
    }
  }
}

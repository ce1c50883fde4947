package io.fleetinstaller.daemon;

import io.fleetinstaller.api.Job;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.Wait;
import io.fleetinstaller.report.Nouns;
import io.fleetinstaller.upgrade.Progress;
import io.fleetinstaller.upgrade.Step;
import io.fleetinstaller.upgrade.Steps;
import io.fleetinstaller.upgrade.Upgrade;
import java.util.List;
import java.util.Optional;

/** Tells how far steps are: the job that asked for the upgrade, and whoever wants news. */
final class Narrated implements Steps {
  private final Steps steps;
  private final News news;
  private volatile Optional<Job> audience = Optional.empty();
  private Optional<Step> last = Optional.empty();
  private int attempt;

  Narrated(Steps steps, News news) {
    this.steps = steps;
    this.news = news;
  }

  /** Whom to tell from now on; empty: nobody. */
  void tell(Optional<Job> job) {
    audience = job;
  }

  boolean isWaitedFor() {
    return audience.isPresent();
  }

  @Override
  public void run(Step step, Upgrade upgrade, Progress progress)
      throws Fault, InterruptedException {
    attempt = last.equals(Optional.of(step)) ? attempt + 1 : 1;
    last = Optional.of(step);
    audience.ifPresent(job -> job.step(Nouns.word(step), attempt));
    news.happened();
    try {
      steps.run(step, upgrade, audience.map(job -> both(progress, job)).orElse(progress));
    } catch (Fault fault) {
      audience.ifPresent(job -> job.line(Nouns.word(step) + " failed: " + fault.getMessage()));
      throw fault;
    }
  }

  @Override
  public void confirm(Upgrade upgrade, Confirmation line) throws Fault, InterruptedException {
    steps.confirm(upgrade, line);
  }

  @Override
  public Optional<Reason> takenBack(Upgrade upgrade) throws InterruptedException {
    return steps.takenBack(upgrade);
  }

  private static Progress both(Progress progress, Job job) {
    return new Progress() {
      @Override
      public void at(long done, long total) {
        progress.at(done, total);
        job.at(done, total);
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
      public void mayGoOn() throws Fault, InterruptedException {
        progress.mayGoOn();
      }
    };
  }
}

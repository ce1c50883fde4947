package io.fleetinstaller.daemon;

import io.fleetinstaller.api.Command;
import io.fleetinstaller.api.Job;
import io.fleetinstaller.api.Jobs;
import io.fleetinstaller.api.Operations;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.report.CheckupReport;
import io.fleetinstaller.report.DaemonReport;
import io.fleetinstaller.report.Explanation;
import io.fleetinstaller.report.HistoryReport;
import io.fleetinstaller.report.HostStatus;
import io.fleetinstaller.report.PlanReport;
import java.util.Optional;

/**
 * Answers the local API: questions from what is on disk, commands by jobs for the owner thread.
 * Thread-safe.
 */
record Overseer(
    Scribe scribe, Doctor checkups, Desk desk, Jobs jobs, Inbox inbox, Verification verification)
    implements Operations {
  private static final String KEPT = "done; it counts from now on";
  private static final String KEPT_UNKNOWN =
      "done; it counts from now on, though nothing of this name is installed or asked for: is it spelt right?";

  @Override
  public DaemonReport daemon() {
    return scribe.daemon();
  }

  @Override
  public HostStatus status() {
    return scribe.status();
  }

  @Override
  public Explanation explain(PackageName name) throws Fault {
    return scribe.explain(known(name));
  }

  @Override
  public PlanReport plan() {
    return scribe.plan();
  }

  @Override
  public HistoryReport history(Optional<PackageName> name) throws Fault {
    return scribe.history(name.isPresent() ? Optional.of(known(name.get())) : name);
  }

  @Override
  public CheckupReport doctor() {
    return scribe.checkup(checkups);
  }

  @Override
  public Optional<Job> job(String id) {
    return jobs.find(id);
  }

  @Override
  public Job submit(Command command) throws Fault {
    switch (command.verb()) {
      case POLL, VERIFY, REMOVE -> {
        if (command.name().isPresent()) {
          known(command.name().get());
        }
      }
      case ROLLBACK -> refuseDuringUpgrade(known(command.name().orElseThrow()));
      case INSTALL, UPGRADE, HOLD, UNHOLD, PIN, UNPIN, RESET_CLOCK -> {}
    }
    Job job = jobs.open(command);
    switch (command.verb()) {
      case HOLD, UNHOLD, UNPIN -> keep(job);
      case VERIFY -> verification.begin(job);
      case INSTALL, UPGRADE, ROLLBACK, REMOVE, PIN, POLL, RESET_CLOCK -> inbox.work(job);
    }
    return job;
  }

  // Holds count at once, also while an upgrade of another package keeps the owner thread busy.
  private void keep(Job job) {
    try {
      boolean known = scribe.knows(job.command().name().orElseThrow());
      desk.keep(job.command());
      job.done(new Reason(ReasonCode.ASKED_FOR, known ? KEPT : KEPT_UNKNOWN));
      inbox.look();
    } catch (Fault fault) {
      job.failed(fault);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // Whoever types it means the release before the one that runs; during a trial these words have
  // two meanings.
  private void refuseDuringUpgrade(PackageName name) throws Refused {
    if (scribe.open(name).isPresent()) {
      throw new Refused(
          ReasonCode.UNDER_WAY,
          "cannot roll %s back: an upgrade of it is under way and goes back by itself if it must; wait for its end"
              .formatted(name));
    }
  }

  private PackageName known(PackageName name) throws Refused {
    if (!scribe.knows(name)) {
      throw new Refused(
          ReasonCode.UNKNOWN_PACKAGE,
          "cannot find package %s: it is not installed and nothing asks for it".formatted(name));
    }
    return name;
  }
}

package io.fleetinstaller.api;

import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.report.CheckupReport;
import io.fleetinstaller.report.DaemonReport;
import io.fleetinstaller.report.Explanation;
import io.fleetinstaller.report.HistoryReport;
import io.fleetinstaller.report.HostStatus;
import io.fleetinstaller.report.PlanReport;
import io.fleetinstaller.report.Samples;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A daemon that only remembers what it was asked to do. */
public final class FakeOperations implements Operations {
  public final Jobs jobs = new Jobs(new SystemTime(), 8);
  public final List<Job> submitted = new CopyOnWriteArrayList<>();
  public volatile boolean buggy;
  public volatile DaemonReport daemon =
      new DaemonReport("1.2.3", 42, new TreeMap<>(Map.of("journal", 1L)));
  public volatile Supplier<HostStatus> status = Samples::host;
  public volatile Consumer<Job> onSubmit = _ -> {};

  @Override
  public DaemonReport daemon() {
    return daemon;
  }

  @Override
  public HostStatus status() {
    if (buggy) {
      throw new IllegalStateException("two currents");
    }
    return status.get();
  }

  @Override
  public Explanation explain(PackageName name) throws Fault {
    return Samples.host().packages().stream()
        .filter(status -> status.name().equals(name))
        .findFirst()
        .map(status -> new Explanation(Samples.NOW, status, Samples.signed().source()))
        .orElseThrow(() ->
            new Fault.Refused(
                ReasonCode.UNKNOWN_PACKAGE,
                "cannot explain %s: nobody has it and nobody wants it".formatted(name)));
  }

  @Override
  public PlanReport plan() {
    return Samples.plan();
  }

  @Override
  public HistoryReport history(Optional<PackageName> name) {
    return Samples.history();
  }

  @Override
  public CheckupReport doctor() {
    return new CheckupReport(
        Samples.NOW,
        List.of(
            CheckupReport.Check.ok("disk", "12 GiB free"),
            CheckupReport.Check.fail("slots", "one is damaged", "run 'fleet-installer verify'")));
  }

  @Override
  public Job submit(Command command) throws Fault {
    if (command.verb() == Verb.ROLLBACK) {
      throw new Fault.Refused(
          ReasonCode.NO_PREVIOUS, "cannot roll back: there is no previous slot");
    }
    Job job = jobs.open(command);
    submitted.add(job);
    onSubmit.accept(job);
    return job;
  }

  @Override
  public Optional<Job> job(String id) {
    return jobs.find(id);
  }
}

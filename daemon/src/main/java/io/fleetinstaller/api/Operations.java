package io.fleetinstaller.api;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.report.CheckupReport;
import io.fleetinstaller.report.DaemonReport;
import io.fleetinstaller.report.Explanation;
import io.fleetinstaller.report.HistoryReport;
import io.fleetinstaller.report.HostStatus;
import io.fleetinstaller.report.PlanReport;
import java.util.Optional;

/**
 * What the daemon does for its callers. Called from many threads at once; the questions answer at
 * once, also while an upgrade runs.
 */
public interface Operations {

  /** Asked several times a minute, and answered from memory. */
  DaemonReport daemon() throws Fault;

  HostStatus status() throws Fault;

  /** Refused with {@code unknown-package} for a name that nobody has and nobody wants. */
  Explanation explain(PackageName name) throws Fault;

  PlanReport plan() throws Fault;

  /** Of one package, or of all. */
  HistoryReport history(Optional<PackageName> name) throws Fault;

  CheckupReport doctor() throws Fault;

  /**
   * Accepts the command and returns at once; the job tells the rest.
   *
   * @throws Fault when it is refused before anything was begun
   */
  Job submit(Command command) throws Fault;

  Optional<Job> job(String id);
}

package io.fleetinstaller.daemon;

import io.fleetinstaller.desired.Policy;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.report.CheckupReport;
import io.fleetinstaller.report.DaemonReport;
import io.fleetinstaller.report.Explanation;
import io.fleetinstaller.report.HistoryReport;
import io.fleetinstaller.report.HostReport;
import io.fleetinstaller.report.HostStatus;
import io.fleetinstaller.report.Outlook;
import io.fleetinstaller.report.PackageStatus;
import io.fleetinstaller.report.PastUpgrade;
import io.fleetinstaller.report.PlanReport;
import io.fleetinstaller.upgrade.Conductor;
import io.fleetinstaller.upgrade.Decision;
import io.fleetinstaller.upgrade.View;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Writes the documents of the local API: a fold over journals, links and policy. Thread-safe. */
final class Scribe {
  private static final int OUTCOMES = 20;

  private final Situation situation;
  private final Conductor conductor;
  private final Facts facts;
  private final Damages damages;
  private final Time time;

  Scribe(Situation situation, Conductor conductor, Facts facts, Damages damages) {
    this.situation = situation;
    this.conductor = conductor;
    this.facts = facts;
    this.damages = damages;
    this.time = situation.time();
  }

  boolean knows(PackageName name) {
    return situation.names().contains(name);
  }

  /** Whether no upgrade is under way. */
  boolean isAtRest() {
    return conductor.view().isEmpty();
  }

  /** The upgrade of this package that is under way. */
  Optional<View> open(PackageName name) {
    return conductor.view().stream().filter(view -> view.upgrade().name().equals(name)).findFirst();
  }

  CheckupReport checkup(Doctor doctor) {
    return doctor.look(status(), situation);
  }

  DaemonReport daemon() {
    return facts.report();
  }

  HostStatus status() {
    return new HostStatus(
        time.now(),
        facts.machine(),
        facts.identity(),
        facts.daemon(),
        facts.settings(),
        facts.source(),
        facts.trusted(),
        facts.space(),
        packages(),
        damages.now());
  }

  private List<PackageStatus> packages() {
    Moment moment = situation.moment();
    return situation.names().stream().map(name -> status(moment, name)).toList();
  }

  /** What is told to whoever runs the fleet. */
  HostReport report() {
    List<PastUpgrade> ended = history(Optional.empty()).upgrades();
    return new HostReport(
        status(), ended.subList(Math.max(0, ended.size() - OUTCOMES), ended.size()));
  }

  Explanation explain(PackageName name) {
    return new Explanation(time.now(), status(situation.moment(), name), facts.source());
  }

  PlanReport plan() {
    Moment moment = situation.moment();
    return new PlanReport(
        time.now(), situation.names().stream().map(name -> outlook(moment, name)).toList());
  }

  HistoryReport history(Optional<PackageName> name) {
    Collection<PackageName> names =
        name.<Collection<PackageName>>map(List::of).orElseGet(situation::names);
    return HistoryReport.of(
        time.now(), names.stream().map(one -> situation.journals().history(one)).toList());
  }

  private PackageStatus status(Moment moment, PackageName name) {
    Installed installed = situation.slots().read(name);
    Optional<Desired> asked = moment.asked(name);
    Instant now = time.now();
    Policy policy = situation.policy().now();
    Desired desired = moment.desired(name);
    return new PackageStatus(
        name,
        installed.current().map(Slot::release),
        installed.previous().map(Slot::release),
        Optional.of(desired),
        outlook(moment, name),
        open(name),
        last(name),
        signed(desired),
        policy.hold(name, now),
        policy.override(name, asked, now),
        policy.pin(name, now));
  }

  /** Whether signed documents vouch for what is wanted, whoever asked for it. */
  private boolean signed(Desired desired) {
    Asked asked = situation.source().state().asked();
    return switch (desired.origin().kind()) {
      case DEPLOYMENT -> true;
      case FILE -> false;
      case MANUAL, SETTINGS ->
          desired.want().release().filter(asked.documents()::vouchesFor).isPresent();
    };
  }

  private Outlook outlook(Moment moment, PackageName name) {
    Decision decision = moment.decide(name);
    Optional<Reason> hindrance =
        conductor.hindrance(name).filter(_ -> decision instanceof Decision.Act);
    Outlook outlook =
        Outlook.of(
            moment.desired(name),
            situation.slots().read(name),
            hindrance
                .<Decision>map(why -> new Decision.Wait(why, Optional.empty()))
                .orElse(decision));
    return open(name)
        .map(view -> outlook.comingFrom(view.upgrade().from()))
        .orElse(outlook)
        .passing(situation::changesData);
  }

  private Optional<PastUpgrade> last(PackageName name) {
    return PastUpgrade.last(situation.journals().history(name));
  }
}

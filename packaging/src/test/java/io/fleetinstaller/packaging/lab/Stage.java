package io.fleetinstaller.packaging.lab;

import io.fleetinstaller.packaging.Guest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A host on which a scenario is played, and what did not hold. */
final class Stage {
  private static final int SECONDS_TO_A_TRIAL = 40;

  private final LabHost host;
  private final Route route;
  private final List<String> broken = new ArrayList<>();
  private boolean hadPower = true;
  private long began;

  Stage(LabHost host, Route route) {
    this.host = host;
    this.route = route;
    host.reset(route);
  }

  Guest guest() {
    return host.guest();
  }

  Stage sh(String script) {
    guest().sh(script);
    return this;
  }

  /** From here on an outage is one of the upgrade's. */
  Stage begin() {
    began = System.nanoTime();
    host.begin(route);
    return this;
  }

  /** Waits until the candidate is being observed. */
  Stage onTrial() {
    return when(
        "grep -aqs '\"begun\":\"OBSERVE\"'"
            + " /var/lib/fleet-installer/journals/node-exporter/*3.journal");
  }

  /** Waits until the release is being downloaded. */
  Stage onTheWay() {
    return when(
        "[ -n \"$(find /opt/datadog-packages/node-exporter/.staging -type f -size +0 2>"
            + " /dev/null)\" ]");
  }

  private Stage when(String condition) {
    if (!guest().within(SECONDS_TO_A_TRIAL, condition)) {
      broken.add("in vain: " + condition);
    }
    return this;
  }

  /** Cuts the power and gives it back. */
  Stage cut() {
    guest().kill();
    hadPower = false;
    guest().boot();
    return this;
  }

  void must(boolean holds, String what) {
    if (!holds) {
      broken.add(what);
    }
  }

  /** Waits for the end. */
  Stage over() {
    must(host.await(route, 0).equals("ended"), "there is no end");
    return this;
  }

  /** Waits for the end, which must be one of these, and judges it. */
  Stage ends(String... allowed) {
    over();
    Facts facts = host.factsAtTheEnd();
    must(Arrays.asList(allowed).contains(facts.end()), "it ended as " + facts.end());
    broken.addAll(new Invariants(Run.of(route), facts, hadPower).atTheEnd());
    return this;
  }

  Scenario.Outcome outcome(Timeline served) {
    return new Scenario.Outcome(broken, served.since(began).longestOutage());
  }
}

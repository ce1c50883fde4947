package io.fleetinstaller.daemon;

import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.ServiceState;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.report.CheckupReport.Check;
import io.fleetinstaller.slots.Slots;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How the services of all packages are now, on trial or not. Thread-safe. */
record Services(Host host) {

  /** One for each service of what is current. */
  List<Check> checks(Slots slots) {
    List<Check> checks = new ArrayList<>();
    for (PackageName name : slots.names()) {
      Optional<Slot> current = slots.read(name).current();
      if (current.isPresent()) {
        for (Descriptor.Service service : current.get().descriptor().services()) {
          checks.add(check(name, service.name()));
        }
      }
    }
    return checks;
  }

  private Check check(PackageName name, String service) {
    try {
      return check(name.value(), service, host.state(name, service));
    } catch (Fault fault) {
      return Check.warn(name.value(), fault.reason().sentence(), "ask again");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Check.warn(name.value(), service + " was not looked at", "ask again");
    }
  }

  private static Check check(String name, String service, ServiceState state) {
    String end = state.lastExit().map(" (%s)"::formatted).orElse("");
    return switch (state.phase()) {
      case RUNNING, STARTING, STOPPING ->
          Check.ok(
              name,
              state.restarts() == 0
                  ? service + " runs"
                  : "%s runs; it ended by itself and was started again, %d times so far%s"
                      .formatted(service, state.restarts(), end));
      case RESTARTING ->
          Check.warn(
              name,
              "%s ended by itself%s and will be started again, %d times so far"
                  .formatted(service, end, state.restarts()),
              "look at its log");
      case FAILED ->
          Check.warn(
              name, "%s failed%s, and is left down".formatted(service, end), "look at its log");
      case STOPPED -> Check.warn(name, service + " is stopped", "start it, if it should run");
      case UNKNOWN ->
          Check.warn(
              name,
              service + " is not known to this host",
              "upgrade or roll back: either puts a unit in place");
    };
  }
}

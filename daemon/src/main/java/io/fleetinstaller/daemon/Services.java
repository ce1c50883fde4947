package io.fleetinstaller.daemon;

import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.ServiceState;
import io.fleetinstaller.host.ServiceState.Phase;
import io.fleetinstaller.io.Durations;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.report.CheckupReport.Check;
import io.fleetinstaller.slots.Slots;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How the services of all packages are now, on trial or not. Thread-safe. */
record Services(Host host) {
  /** Less than a client waits for all of the checkup. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** One for each service of what is current; a host that does not answer soon is told so. */
  List<Check> checks(Slots slots) {
    FutureTask<List<Check>> asking = new FutureTask<>(() -> asked(slots));
    Thread.ofPlatform().daemon().name("doctor").start(asking);
    try {
      return asking.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      return e.getCause() instanceof Fault fault
          ? unclear(fault.reason().sentence())
          : unclear("this is a bug: " + e.getCause());
    } catch (TimeoutException _) {
      return unclear("the host did not tell within " + Durations.text(PATIENCE));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return unclear("the daemon ends");
    } finally {
      asking.cancel(true);
    }
  }

  private static List<Check> unclear(String why) {
    return List.of(Check.warn("services", "nobody knows how they are: " + why, "ask again"));
  }

  private List<Check> asked(Slots slots) throws Fault, InterruptedException {
    List<Check> checks = new ArrayList<>();
    for (PackageName name : slots.names()) {
      Optional<Slot> current = slots.read(name).current();
      if (current.isPresent()) {
        for (Descriptor.Service service : current.get().descriptor().services()) {
          checks.add(check(name.value(), service.name(), host.state(name, service.name())));
        }
      }
    }
    return checks;
  }

  private static Check check(String name, String service, ServiceState state) {
    String end = state.lastExit().map(" (%s)"::formatted).orElse("");
    return switch (state.phase()) {
      case RUNNING, STARTING ->
          state.restarts() == 0
              ? Check.ok(name, service + (state.phase() == Phase.RUNNING ? " runs" : " starts"))
              : Check.warn(
                  name,
                  "%s ended by itself%s and was started again%s"
                      .formatted(service, end, soFar(state)),
                  "look at its log");
      case STOPPING -> Check.ok(name, service + " stops");
      case RESTARTING ->
          Check.warn(
              name,
              "%s ended by itself%s and will be started again%s"
                  .formatted(service, end, soFar(state)),
              "look at its log");
      case FAILED ->
          Check.warn(
              name, "%s failed%s, and is left down".formatted(service, end), "look at its log");
      case STOPPED -> Check.warn(name, service + " is stopped", "start it, if it should run");
      case UNKNOWN ->
          Check.warn(
              name,
              service + " is not known to this host",
              "upgrade or roll back: either puts it in place");
    };
  }

  private static String soFar(ServiceState state) {
    return switch (state.restarts()) {
      case 0 -> "";
      case 1 -> ", once so far";
      default -> ", %d times so far".formatted(state.restarts());
    };
  }
}

package io.fleetinstaller.health;

import io.fleetinstaller.health.Sight.Kind;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.ServiceState;
import io.fleetinstaller.host.ServiceState.Phase;
import io.fleetinstaller.io.Redactor;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Watches the services themselves, between and during the rounds of probes: an exit is an event and
 * not a probe. Not thread-safe.
 */
final class Watch {
  private final Host host;
  private final Slot slot;
  private final boolean fresh;
  private final Map<String, Integer> restartsBefore = new HashMap<>();
  private final Map<String, ServiceState> running = new HashMap<>();
  private final Map<String, ServiceState> last = new LinkedHashMap<>();

  Watch(Host host, Trial trial) {
    this.host = host;
    this.slot = trial.slot();
    this.fresh = trial.fresh();
  }

  /** Looks at every service once. */
  Sight look() throws InterruptedException {
    Sight worst = Sight.FINE;
    for (Descriptor.Service service : slot.descriptor().services()) {
      worst = worst.orWorse(look(service.name()));
    }
    return worst;
  }

  /** A service that never came up, as seen last. */
  Optional<Sight> notUp() {
    return last.entrySet().stream()
        .filter(seen -> seen.getValue().phase() != Phase.RUNNING)
        .map(seen -> notUp(seen.getKey(), seen.getValue().phase()))
        .findFirst();
  }

  /** What the init system said last of each service. */
  List<String> evidence() {
    return last.entrySet().stream()
        .map(seen -> Redactor.line(seen.getKey() + ": " + words(seen.getValue())))
        .toList();
  }

  private static Sight notUp(String service, Phase phase) {
    return phase == Phase.STARTING
        ? new Sight(Kind.GONE, ReasonCode.START_TIMEOUT, service + " is still starting")
        : new Sight(Kind.GONE, ReasonCode.NOT_RUNNING, service + " is " + word(phase));
  }

  private Sight look(String service) throws InterruptedException {
    try {
      ServiceState state = host.state(slot.release().name(), service);
      last.put(service, state);
      restartsBefore.putIfAbsent(service, fresh ? 0 : state.restarts());
      return judge(service, state);
    } catch (Fault fault) {
      return new Sight(Kind.BLIND, ReasonCode.INCONCLUSIVE, fault.reason().sentence());
    }
  }

  private Sight judge(String service, ServiceState state) {
    return switch (state.phase()) {
      case FAILED, RESTARTING -> ended(service, state);
      case STOPPING -> paused(service + " is being stopped");
      // one that nobody ever saw running was not stopped by a person: it did not start
      case STOPPED -> running.containsKey(service) ? paused(service + " was stopped") : Sight.FINE;
      case UNKNOWN -> Sight.FINE;
      case STARTING -> wasRestarted(service, state) ? restarted(service, state) : Sight.FINE;
      case RUNNING ->
          wasRestarted(service, state) ? restarted(service, state) : compare(service, state);
    };
  }

  private boolean wasRestarted(String service, ServiceState state) {
    return state.restarts() > restartsBefore.getOrDefault(service, 0);
  }

  private Sight ended(String service, ServiceState state) {
    String how = state.lastExit().map(" (%s)"::formatted).orElse("");
    if (running.containsKey(service)) {
      return gone(ReasonCode.EXITED, service + " exited by itself" + how);
    }
    if (state.lastExit().filter(ServiceState.START_TIMEOUT::equals).isPresent()) {
      return gone(ReasonCode.START_TIMEOUT, service + " was not up in the time its unit allows");
    }
    return state.invocation().isEmpty()
        ? gone(ReasonCode.START_FAILED, service + " did not start" + how)
        : gone(ReasonCode.EXITED, service + " exited by itself" + how);
  }

  private static Sight restarted(String service, ServiceState state) {
    return gone(
        ReasonCode.RESTARTED,
        "%s ended (%s) and was restarted by the init system"
            .formatted(service, state.lastExit().orElse("no status")));
  }

  private Sight compare(String service, ServiceState state) {
    Optional<Path> stranger = state.executable().filter(this::inAnotherSlot);
    if (stranger.isPresent()) {
      return gone(
          ReasonCode.WRONG_COPY,
          "%s runs %s, which is not in %s".formatted(service, stranger.get(), slot.path()));
    }
    ServiceState first = running.putIfAbsent(service, state);
    if (first == null) {
      return Sight.FINE;
    }
    // nobody but a person starts a service anew without the init system counting a restart
    if (!first.invocation().equals(state.invocation())) {
      running.put(service, state);
      return new Sight(Kind.ANEW, ReasonCode.NOT_STABLE, service + " was started anew by hand");
    }
    return mainProcessChanged(first, state)
        ? gone(ReasonCode.RESTARTED, service + " has another main process than at first")
        : Sight.FINE;
  }

  private static boolean mainProcessChanged(ServiceState first, ServiceState now) {
    return first.mainPid().isPresent()
        && now.mainPid().isPresent()
        && first.mainPid().getAsLong() != now.mainPid().getAsLong();
  }

  /**
   * An interpreter outside the package (java, sh, python) proves nothing: it was started after the
   * switch, through {@code current}, and is believed.
   */
  private boolean inAnotherSlot(Path executable) {
    Path own = real(slot.path());
    Path siblings = own.getParent();
    return siblings != null && executable.startsWith(siblings) && !executable.startsWith(own);
  }

  /** The folder of a package may be a link to another disk; what runs is told without links. */
  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException _) {
      return path.toAbsolutePath().normalize();
    }
  }

  private static Sight gone(ReasonCode code, String why) {
    return new Sight(Kind.GONE, code, Redactor.line(why));
  }

  private static Sight paused(String why) {
    return new Sight(Kind.PAUSED, ReasonCode.STOPPED_BY_PERSON, why);
  }

  private static String words(ServiceState state) {
    StringBuilder words = new StringBuilder(word(state.phase()));
    state.mainPid().ifPresent(pid -> words.append(", main process ").append(pid));
    state.executable().ifPresent(path -> words.append(" of ").append(path));
    state.lastExit().ifPresent(exit -> words.append(", last exit ").append(exit));
    return words.append(", %d restarts".formatted(state.restarts())).toString();
  }

  private static String word(Phase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }
}

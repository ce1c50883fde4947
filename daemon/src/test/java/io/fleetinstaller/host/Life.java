package io.fleetinstaller.host;

import io.fleetinstaller.host.ServiceState.Phase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** How a service of the fake host lives after a start: what becomes of it, and when. */
public record Life(List<Change> changes) {
  /** Runs for ever. */
  public static final Life GOOD = new Life(List.of());

  /** Never gets out of its start. */
  public static final Life HANGING =
      GOOD.then(Duration.ZERO, state -> phase(state, Phase.STARTING));

  /** From this age on the state is changed so. */
  public record Change(Duration age, UnaryOperator<ServiceState> effect) {}

  public Life readyAfter(Duration age) {
    return then(age, state -> phase(state, Phase.RUNNING));
  }

  /** Ends by itself; {@code how} as in {@link ServiceState#lastExit}. */
  public Life exits(Duration age, String how) {
    return then(age, state -> ended(state, Phase.FAILED, Optional.of(how)));
  }

  /** The init system gives up before anything ran. */
  public Life failsToStart() {
    return then(
        Duration.ZERO,
        _ ->
            new ServiceState(
                Phase.FAILED, OptionalLong.empty(), Optional.empty(), "", 0, Optional.empty()));
  }

  /** Ends by itself, and the init system starts it again. */
  public Life restarts(Duration age, String how) {
    return then(
        age,
        state ->
            new ServiceState(
                Phase.RUNNING,
                OptionalLong.of(state.mainPid().orElse(0) + 1000),
                state.executable(),
                state.invocation() + "+",
                state.restarts() + 1,
                Optional.of(how)));
  }

  /** A person stops it. */
  public Life stopped(Duration age) {
    return then(age, state -> ended(state, Phase.STOPPED, Optional.of("signal TERM")));
  }

  /** A person starts it, or starts it anew. */
  public Life startedByPerson(Duration age, Path executable) {
    return then(
        age,
        state ->
            new ServiceState(
                Phase.RUNNING,
                OptionalLong.of(state.mainPid().orElse(0) + 5000),
                Optional.of(executable),
                state.invocation() + "'",
                0,
                Optional.empty()));
  }

  /** Another process becomes the main one, in the same invocation. */
  public Life newMainProcess(Duration age) {
    return then(
        age,
        state ->
            new ServiceState(
                state.phase(),
                OptionalLong.of(state.mainPid().orElse(0) + 1),
                state.executable(),
                state.invocation(),
                state.restarts(),
                state.lastExit()));
  }

  public Life runs(Path executable) {
    return then(
        Duration.ZERO,
        state ->
            new ServiceState(
                state.phase(),
                state.mainPid(),
                Optional.of(executable),
                state.invocation(),
                state.restarts(),
                state.lastExit()));
  }

  public Life in(Duration age, Phase phase) {
    return then(age, state -> phase(state, phase));
  }

  ServiceState at(Duration age, ServiceState born) {
    ServiceState state = born;
    for (Change change : changes) {
      if (change.age().compareTo(age) <= 0) {
        state = change.effect().apply(state);
      }
    }
    return state;
  }

  private Life then(Duration age, UnaryOperator<ServiceState> effect) {
    return new Life(Stream.concat(changes.stream(), Stream.of(new Change(age, effect))).toList());
  }

  private static ServiceState phase(ServiceState state, Phase phase) {
    return new ServiceState(
        phase,
        state.mainPid(),
        state.executable(),
        state.invocation(),
        state.restarts(),
        state.lastExit());
  }

  private static ServiceState ended(ServiceState state, Phase phase, Optional<String> how) {
    return new ServiceState(
        phase, OptionalLong.empty(), Optional.empty(), state.invocation(), state.restarts(), how);
  }
}

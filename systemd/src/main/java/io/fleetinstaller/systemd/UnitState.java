package io.fleetinstaller.systemd;

import io.fleetinstaller.host.ServiceState;
import io.fleetinstaller.host.ServiceState.Phase;
import io.fleetinstaller.host.Signals;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongFunction;

/** What {@code systemctl show} says of one unit, read strictly. */
record UnitState(String unit, Map<String, String> values) {
  static final List<String> PROPERTIES =
      List.of(
          "LoadState",
          "ActiveState",
          "SubState",
          "Result",
          "MainPID",
          "NRestarts",
          "InvocationID",
          "ExecMainCode",
          "ExecMainStatus",
          "ExecMainStartTimestampMonotonic",
          "ExecMainExitTimestampMonotonic",
          "ActiveEnterTimestampMonotonic",
          "ActiveExitTimestampMonotonic",
          "InactiveExitTimestampMonotonic",
          "TimeoutStopUSec",
          "UnitFileState",
          "Restart",
          "Job");

  /** Values of si_code of SIGCHLD, as systemd passes them on. */
  private static final long EXITED = 1;

  /** How a service may fail whose stop was asked for. */
  private static final Set<String> WHILE_STOPPING =
      Set.of("exit-code", "signal", "core-dump", "timeout");

  UnitState {
    values = Map.copyOf(values);
  }

  static UnitState of(Systemctl systemctl, String unit) throws Fault, InterruptedException {
    return new UnitState(unit, systemctl.show(unit, PROPERTIES));
  }

  /** As the rest of the program sees it; what a pid runs is asked of this function. */
  ServiceState service(LongFunction<Optional<Path>> executable) throws Fault {
    long pid = number("MainPID");
    return new ServiceState(
        phase(),
        pid == 0 ? OptionalLong.empty() : OptionalLong.of(pid),
        pid == 0 ? Optional.empty() : executable.apply(pid),
        invocation(),
        (int) Math.min(number("NRestarts"), Integer.MAX_VALUE),
        lastExit());
  }

  Phase phase() throws Fault {
    return switch (text("ActiveState")) {
      case "active", "reloading", "refreshing" -> Phase.RUNNING;
      case "activating" ->
          text("SubState").startsWith("auto-restart") ? Phase.RESTARTING : Phase.STARTING;
      case "deactivating" -> Phase.STOPPING;
      case "failed" -> failedOnStop() ? Phase.STOPPED : Phase.FAILED;
      case "inactive", "maintenance" -> inactive();
      case String other -> throw unexpected("ActiveState", other);
    };
  }

  /**
   * Whether systemd has forgotten how the unit ended: it unloads one that is inactive and that no
   * other unit wants, such as a disabled one.
   */
  boolean isForgotten() throws Fault {
    return phase() == Phase.STOPPED && invocation().isEmpty();
  }

  /**
   * Whether it failed only after it had begun to stop: many a program does not exit with 0 on
   * SIGTERM, or has to be killed. Most likely somebody asked for it; systemd's watchdog and memory
   * limits did not. What systemd tells may be of an earlier run, whose end says nothing of this
   * one.
   */
  boolean failedOnStop() throws Fault {
    long notActive = number("ActiveExitTimestampMonotonic");
    return text("ActiveState").equals("failed")
        && WHILE_STOPPING.contains(text("Result"))
        && notActive >= number("ExecMainStartTimestampMonotonic")
        && notActive >= number("InactiveExitTimestampMonotonic")
        && notActive < number("ExecMainExitTimestampMonotonic");
  }

  /** The same unit, when it is known that nobody asked for its stop. */
  UnitState notAskedToStop() {
    Map<String, String> known = new HashMap<>(values);
    known.remove("ActiveExitTimestampMonotonic");
    return new UnitState(unit, known);
  }

  /** A service that exits otherwise than with 0 fails, and is not forgotten. */
  static ServiceState endedAndForgotten() {
    return new ServiceState(
        Phase.FAILED, OptionalLong.empty(), Optional.empty(), "", 0, Optional.of("status 0"));
  }

  /** Whether systemd still means to do something with it. */
  boolean hasJob() throws Fault {
    return number("Job") != 0;
  }

  String invocation() {
    return text("InvocationID");
  }

  String value(String property) {
    return text(property);
  }

  private Phase inactive() throws Fault {
    if (text("LoadState").equals("not-found")) {
      return Phase.UNKNOWN;
    }
    return endedByItself() ? Phase.FAILED : Phase.STOPPED;
  }

  /**
   * A service that exits 0 is inactive with success, just like one that was stopped. But one that
   * was asked to stop stops being active before its main process ends, not after.
   */
  private boolean endedByItself() throws Fault {
    boolean failed = !text("Result").isEmpty() && !text("Result").equals("success");
    long exit = number("ExecMainExitTimestampMonotonic");
    long notActive = number("ActiveExitTimestampMonotonic");
    return failed || (exit > 0 && notActive >= exit);
  }

  private Optional<String> lastExit() throws Fault {
    long code = number("ExecMainCode");
    long status = number("ExecMainStatus");
    if (code == 0) {
      return Optional.empty();
    }
    if (startTimedOut()) {
      return Optional.of(ServiceState.START_TIMEOUT);
    }
    return Optional.of(code == EXITED ? "status " + status : "signal " + Signals.name(status));
  }

  /** A stop can time out as well, but only after this main process was up. */
  private boolean startTimedOut() throws Fault {
    boolean wasUp =
        number("ActiveEnterTimestampMonotonic") >= number("ExecMainStartTimestampMonotonic");
    return text("Result").equals("timeout") && !wasUp;
  }

  private String text(String property) {
    return values.getOrDefault(property, "");
  }

  /** Missing counts as 0: a unit that is no service has no main process. */
  long number(String property) throws Fault {
    String text = text(property);
    if (text.isEmpty()) {
      return 0;
    }
    if (!text.matches("[0-9]{1,18}")) {
      throw unexpected(property, text);
    }
    return Long.parseLong(text);
  }

  private Fault unexpected(String property, String value) {
    return new Fault.Transient(
        ReasonCode.HOST_FAILED,
        "cannot understand the state of %s: %s is '%s'".formatted(unit, property, value));
  }
}

package io.fleetinstaller.cli;

import io.fleetinstaller.api.Ending;
import io.fleetinstaller.release.Fault;
import java.io.PrintStream;

/** How a verb that could not be done ends: what a person reads, and the exit code. */
final class Failures {
  private Failures() {}

  static int tell(Exception exception, Terminal terminal) {
    PrintStream err = terminal.err();
    return switch (exception) {
      case Fault fault -> {
        err.println(
            "fleet-installer: "
                + fault.reason().code().text()
                + ": "
                + Texts.plain(fault.reason().sentence()));
        fault.reason().evidence().forEach(line -> err.println("  | " + Texts.plain(line)));
        yield Ending.of(fault).exitCode();
      }
      case InterruptedException _ -> Ending.TRANSIENT.exitCode();
      case Exception bug -> {
        err.println("fleet-installer: this is a bug; please report it with what follows");
        bug.printStackTrace(err);
        yield Ending.BUG.exitCode();
      }
    };
  }
}

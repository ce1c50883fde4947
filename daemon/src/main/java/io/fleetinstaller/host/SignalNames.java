package io.fleetinstaller.host;

import java.util.List;

/** Names of the signals that end a process, as every Linux numbers them. */
final class SignalNames {
  private static final List<String> FROM_ONE =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM");

  private SignalNames() {}

  /** The name without SIG; the number itself for the rare ones. */
  static String of(int number) {
    return number >= 1 && number <= FROM_ONE.size()
        ? FROM_ONE.get(number - 1)
        : Integer.toString(number);
  }
}

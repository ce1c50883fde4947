package io.fleetinstaller.host;

import java.util.List;

/** Names of the signals that end a process, as every Linux numbers them. */
public final class Signals {
  private static final List<String> FROM_ONE =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM");

  private Signals() {}

  /** The name without SIG; the number itself for the rare ones. */
  public static String name(long number) {
    return number >= 1 && number <= FROM_ONE.size()
        ? FROM_ONE.get((int) number - 1)
        : Long.toString(number);
  }
}

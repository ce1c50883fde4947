package io.fleetinstaller.packaging.lab;

import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Programs of which every one that changes something is a fault point. */
record FaultyPrograms(Programs programs, FaultPoints points) implements Programs {
  private static final Set<String> QUESTIONS =
      Set.of("show", "is-active", "is-enabled", "is-system-running", "cat", "status", "list-jobs");
  private static final Set<String> READERS =
      Set.of("journalctl", "getent", "getcap", "systemd-analyze");

  @Override
  public Result run(Call call) throws Fault, InterruptedException {
    List<String> words = call.argv();
    String verb = words.stream().skip(1).filter(it -> !it.startsWith("-")).findFirst().orElse("");
    if (READERS.contains(call.program()) || QUESTIONS.contains(verb)) {
      return programs.run(call);
    }
    String name = call.program().equals("systemctl") ? "systemctl " + verb : call.program();
    try {
      return points.<Result, Fault>pass(name, true, () -> programs.run(call));
    } catch (IOException e) {
      throw new Fault.Broken(
          ReasonCode.HOST_FAILED, "cannot run %s: %s".formatted(call.program(), e.getMessage()));
    }
  }
}

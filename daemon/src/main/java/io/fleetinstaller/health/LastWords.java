package io.fleetinstaller.health;

import io.fleetinstaller.host.Host;
import io.fleetinstaller.io.Redactor;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Slot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What the services of a copy wrote to their logs in the end: evidence, so it is redacted. */
public final class LastWords {
  private static final int LINES = 20;

  private LastWords() {}

  /** The last lines of each service since then; for a log that cannot be read, why. */
  public static List<String> of(Host host, Slot slot, Instant since) throws InterruptedException {
    List<String> lines = new ArrayList<>();
    for (Descriptor.Service service : slot.descriptor().services()) {
      try {
        List<String> log = host.log(slot.release().name(), service.name(), since, LINES);
        Redactor.lines(log).stream()
            .map(line -> Redactor.line("log " + service.name() + ": " + line))
            .forEach(lines::add);
      } catch (Fault fault) {
        lines.add("log %s: %s".formatted(service.name(), fault.reason().sentence()));
      }
    }
    return lines;
  }
}

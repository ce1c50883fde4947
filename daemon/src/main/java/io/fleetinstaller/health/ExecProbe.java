package io.fleetinstaller.health;

import io.fleetinstaller.host.Host;
import io.fleetinstaller.io.Durations;
import io.fleetinstaller.io.Redactor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Slot;
import java.time.Duration;
import java.util.List;

/** Does a program of the slot exit 0 in time? */
record ExecProbe(Host host, Slot slot, List<String> argv, Duration timeout, boolean required)
    implements Probe {
  private static final int TAIL = 5;

  @Override
  public String question() {
    return Redactor.line("exec " + String.join(" ", argv));
  }

  @Override
  public Answer ask() throws InterruptedException {
    try {
      Host.Exit exit = host.run(slot, argv, timeout);
      String tail = tail(exit.output());
      if (exit.timedOut()) {
        return new Answer.Failed("no end within " + Durations.text(timeout) + tail);
      }
      return exit.status() == 0
          ? new Answer.Passed("status 0")
          : new Answer.Failed("status %d, expected 0%s".formatted(exit.status(), tail));
    } catch (Fault.Refused refused) {
      // this program can never be run here: the slot's doing
      return new Answer.Failed(refused.reason().sentence());
    } catch (Fault fault) {
      return new Answer.Unclear(fault.reason().sentence());
    }
  }

  private static String tail(List<String> output) {
    List<String> last = output.subList(Math.max(0, output.size() - TAIL), output.size());
    return last.isEmpty() ? "" : "; it said: " + Redactor.line(String.join(" | ", last));
  }
}

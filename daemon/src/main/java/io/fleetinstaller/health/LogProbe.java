package io.fleetinstaller.health;

import io.fleetinstaller.host.Host;
import io.fleetinstaller.io.Redactor;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Slot;
import java.time.Instant;

/** Is every line that the services wrote since the switch free of a pattern? */
record LogProbe(Host host, Slot slot, Instant since, String pattern, boolean required)
    implements Probe {
  private static final int LINES = 1000;

  @Override
  public String question() {
    return Redactor.line("log without /" + pattern + "/");
  }

  @Override
  public Answer ask() throws InterruptedException {
    try {
      Search search = Search.of(pattern);
      for (Descriptor.Service service : slot.descriptor().services()) {
        for (String line : host.log(slot.release().name(), service.name(), since, LINES)) {
          if (search.finds(line)) {
            return new Answer.Failed("%s wrote: %s".formatted(service.name(), Redactor.line(line)));
          }
        }
      }
      return new Answer.Passed("not there");
    } catch (Search.Hopeless e) {
      return new Answer.Failed(e.why());
    } catch (Fault fault) {
      return new Answer.Unclear(fault.reason().sentence());
    }
  }
}

package io.fleetinstaller.health;

import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.ServiceState;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Slot;
import java.util.Locale;

/**
 * Are all services active? That they are the ones that were started, from the right slot, is what
 * {@link Watch} sees to.
 */
record ServiceProbe(Host host, Slot slot, boolean required) implements Probe {

  @Override
  public String question() {
    return "service";
  }

  @Override
  public Answer ask() throws InterruptedException {
    for (Descriptor.Service service : slot.descriptor().services()) {
      try {
        ServiceState state = host.state(slot.release().name(), service.name());
        if (state.phase() != ServiceState.Phase.RUNNING) {
          String phase = state.phase().name().toLowerCase(Locale.ROOT);
          return new Answer.Failed("%s is %s, expected running".formatted(service.name(), phase));
        }
      } catch (Fault fault) {
        return new Answer.Unclear(fault.reason().sentence());
      }
    }
    return new Answer.Passed("running");
  }
}

package io.fleetinstaller.host;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Slot;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The fake keeps the promises that the tests of other packages lean on. */
final class FakeHostTest extends HostContract {
  @TempDir Path root;
  private final FakeTime time = new FakeTime();
  private final FakeHost host = new FakeHost(time);
  private SlotsOnDisk slots;

  @BeforeEach
  void programs() throws Exception {
    slots = new SlotsOnDisk(root.toRealPath());
    host.program(
        List.of("bin/say", "7", "all is", "well"),
        () -> new Host.Exit(7, false, List.of("all is well")));
    host.program(List.of("bin/hang"), () -> new Host.Exit(137, true, List.of()));
  }

  @Override
  protected Host host() {
    return host;
  }

  @Override
  protected Slot slot(String version, Map<String, Behaviour> services) throws Exception {
    Slot slot = slots.slot(AGENT, version, services);
    if (services.get(SERVICE) == Behaviour.EXITS) {
      host.life(slot.release(), Life.GOOD.exits(Duration.ZERO, "status 3"));
    }
    return slot;
  }

  @Override
  protected void point(Slot slot) throws Exception {
    slots.point(slot);
    host.says(AGENT, SERVICE, slot.release().version() + " begins");
  }

  @Override
  protected Instant now() {
    return time.now();
  }
}

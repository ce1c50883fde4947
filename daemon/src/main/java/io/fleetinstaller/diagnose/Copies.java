package io.fleetinstaller.diagnose;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.release.Descriptor.Service;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Slots;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The packages on this host, and the services that they name. */
record Copies(Path root) {
  Set<PackageName> names() {
    return new TreeSet<>(slots().names());
  }

  Set<String> units() {
    Set<String> units = new TreeSet<>();
    Slots slots = slots();
    for (PackageName name : slots.names()) {
      slots.read(name).whole().stream()
          .flatMap(slot -> slot.descriptor().services().stream())
          .map(Service::name)
          .forEach(units::add);
    }
    return units;
  }

  private Slots slots() {
    return new Slots(
        root, new Doors(new DurableDisk(), new FileScratch(), DescriptorFormat::read), 0);
  }
}

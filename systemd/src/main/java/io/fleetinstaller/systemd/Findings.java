package io.fleetinstaller.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.host.Places;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.release.Descriptor.Service;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Slots;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a package has on this host when its {@link Claim} is lost: the units whose files say, to the
 * byte, what one of its slots would write there, and the places that these name.
 */
final class Findings {
  private static final int LARGEST_UNIT = 64 * 1024;

  private final Slots slots;
  private final Path directory;

  Findings(HostContext context, Path directory) {
    Doors doors = new Doors(context.disk(), new FileScratch(), DescriptorFormat::read);
    this.slots = new Slots(context.packages(), doors, 0);
    this.directory = directory;
  }

  List<PackageName> names() {
    return slots.names();
  }

  Claim of(PackageName name) {
    Map<String, Claim.Unit> units = new HashMap<>();
    Set<String> places = new HashSet<>();
    for (Slot slot : slots.read(name).whole()) {
      for (Service service : slot.descriptor().services()) {
        if (isWritten(slot, service)) {
          units.put(
              service.name(), new Claim.Unit(Claim.Stage.INSTALLED, isEnabled(service.name())));
        }
      }
      if (!units.isEmpty()) {
        places.addAll(Places.of(slot.descriptor()));
      }
    }
    return new Claim(units, places);
  }

  private boolean isWritten(Slot slot, Service service) {
    Path file = directory.resolve(service.name());
    try {
      return Files.isRegularFile(file)
          && Files.size(file) <= LARGEST_UNIT
          && Arrays.equals(Files.readAllBytes(file), UnitFiles.text(slot, service).getBytes(UTF_8));
    } catch (IOException | Fault _) {
      // What cannot be read is nobody's.
      return false;
    }
  }

  /** Whether some target wants it. */
  private boolean isEnabled(String unit) {
    try (DirectoryStream<Path> wanting = Files.newDirectoryStream(directory, "*.wants")) {
      for (Path target : wanting) {
        if (Files.isSymbolicLink(target.resolve(unit))) {
          return true;
        }
      }
      return false;
    } catch (IOException _) {
      return false;
    }
  }
}

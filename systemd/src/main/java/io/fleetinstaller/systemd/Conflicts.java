package io.fleetinstaller.systemd;

import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.host.PlaceRules;
import io.fleetinstaller.host.Places;
import io.fleetinstaller.release.Descriptor.Service;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Whether what a slot names is its to have: units and places of nobody else, under sane names. */
final class Conflicts {
  private static final int LARGEST_UNIT = 64 * 1024;

  private static final Pattern UNIT =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9:_.-]{0,200}\\.(service|timer|socket|path|target)");

  /** What must be mounted before any slot can be read. */
  private static final Pattern TOO_EARLY =
      Pattern.compile("(?m)^\\s*Before\\s*=.*\\blocal-fs(-pre)?\\.target\\b");

  /** The unit that the daemon itself runs as. */
  private static final String INSTALLER = PackageName.INSTALLER + ".service";

  private final PlaceRules places;
  private final Claims claims;
  private final List<Path> unitDirectories;

  Conflicts(HostContext context, Claims claims, List<Path> unitDirectories) {
    this.places = new PlaceRules(context);
    this.claims = claims;
    this.unitDirectories = unitDirectories;
  }

  void check(Slot slot) throws Fault {
    places.check(slot);
    Map<PackageName, Claim> all = claims.all();
    Claim own = all.getOrDefault(slot.release().name(), Claim.NONE);
    Set<String> seen = new HashSet<>();
    for (Service service : slot.descriptor().services()) {
      if (!seen.add(service.name())) {
        throw UnitFiles.refused(slot, service, "the package names it twice");
      }
      name(slot, service);
      file(slot, service);
      otherPackages(slot, service, all);
      if (!own.holds(service.name())) {
        otherFiles(slot, service);
      }
    }
    otherPlaces(slot, all);
    if (isInstaller(slot) && !seen.contains(INSTALLER)) {
      throw new Fault.Refused(
          ReasonCode.CONFLICT,
          "cannot install %s: without %s the host would have no daemon"
              .formatted(slot.release(), INSTALLER));
    }
  }

  private static boolean isInstaller(Slot slot) {
    return slot.release().name().equals(PackageName.INSTALLER);
  }

  private static void name(Slot slot, Service service) throws Fault {
    if (!UNIT.matcher(service.name()).matches()) {
      throw UnitFiles.refused(
          slot,
          service,
          "a unit must be named like agent.service, and be a service, timer, socket, path or target");
    }
    boolean own = isInstaller(slot) && service.name().equals(INSTALLER);
    if (service.name().startsWith("fleet-installer") && !own) {
      throw UnitFiles.refused(slot, service, "the installer's own units are not for packages");
    }
  }

  /** A slot that is not on disk yet is looked into once it is. */
  private static void file(Slot slot, Service service) throws Fault {
    Path file = UnitFiles.source(slot, service);
    if (!Files.isDirectory(slot.path())) {
      return;
    }
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > LARGEST_UNIT) {
        throw UnitFiles.refused(
            slot, service, file + " is not a file of at most 64 KiB in the package");
      }
    } catch (IOException e) {
      throw UnitFiles.refused(slot, service, "cannot read its unit file: " + e.getMessage());
    }
    if (TOO_EARLY.matcher(UnitFiles.text(slot, service)).find()) {
      throw UnitFiles.refused(
          slot,
          service,
          "it asks to start before local-fs.target, and systemd would break the circle at boot as it likes: slots are read only after that");
    }
  }

  private static void otherPackages(Slot slot, Service service, Map<PackageName, Claim> all)
      throws Fault {
    for (Map.Entry<PackageName, Claim> other : all.entrySet()) {
      boolean isOther = !other.getKey().equals(slot.release().name());
      if (isOther && other.getValue().holds(service.name())) {
        throw UnitFiles.refused(
            slot, service, "that unit belongs to package %s".formatted(other.getKey()));
      }
    }
  }

  private void otherFiles(Slot slot, Service service) throws Fault {
    for (Path directory : unitDirectories) {
      Path file = directory.resolve(service.name());
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw UnitFiles.refused(
            slot,
            service,
            "%s is there and not ours; remove the package or file that brings it".formatted(file));
      }
    }
  }

  private static void otherPlaces(Slot slot, Map<PackageName, Claim> all) throws Fault {
    for (Map.Entry<PackageName, Claim> other : all.entrySet()) {
      boolean isOther = !other.getKey().equals(slot.release().name());
      for (String place : Places.of(slot.descriptor())) {
        if (isOther && other.getValue().places().contains(place)) {
          throw new Fault.Refused(
              ReasonCode.CONFLICT,
              "cannot install %s: %s belongs to package %s"
                  .formatted(slot.release(), place, other.getKey()));
        }
      }
    }
  }
}

package io.fleetinstaller.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.host.Guard.Charge;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.release.Descriptor.Service;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes in advance all that the guard puts in place, hidden beside where it goes, and says in lines
 * that a shell can follow what goes where: then the way back needs neither space nor inode.
 */
final class WayBack {
  private static final String LINK = "current";

  private final Path units;
  private final Disk disk;
  private final List<String> lines = new ArrayList<>();
  private final String mark;

  private WayBack(Path units, Disk disk, PackageName name) {
    this.units = units;
    this.disk = disk;
    this.mark = mark(name);
  }

  /** Prepares the way back of this upgrade; what an earlier try prepared is made anew. */
  static List<String> prepare(Charge charge, Path units, Disk disk) throws IOException, Fault {
    WayBack back = new WayBack(units, disk, charge.name());
    back.prepare(charge);
    return back.lines;
  }

  /** Removes what was prepared for this package and not used. */
  static void clear(PackageName name, Path home, Path units, Disk disk) throws IOException {
    List<Path> folders = new ArrayList<>(List.of(home, units));
    folders.addAll(linkFolders(units));
    for (Path folder : folders) {
      for (Path prepared : DropIns.children(folder, ".*" + mark(name))) {
        disk.delete(prepared);
      }
    }
  }

  private void prepare(Charge charge) throws IOException, Fault {
    List<Service> old = services(charge.from());
    List<Service> candidate = services(charge.to());
    Set<String> kept = names(candidate);
    Path home = home(charge);
    lines.add("link=" + home.resolve(LINK));
    candidate.forEach(service -> lines.add("candidate=" + service.name()));
    old.forEach(service -> lines.add("old=" + service.name()));
    for (Service service : old) {
      Path unit = units.resolve(service.name());
      byte[] text = UnitFiles.text(charge.from().orElseThrow(), service).getBytes(UTF_8);
      disk.replace(hidden(unit), text, UnitFiles.MODE);
      rename(unit);
      if (!kept.contains(service.name())) {
        enablement(service.name());
      }
    }
    for (String gone : kept) {
      if (!names(old).contains(gone)) {
        lines.add("disable=" + gone);
        lines.add("remove=" + units.resolve(gone));
        lines.add("remove=" + DropIns.always(units, gone));
      }
    }
    if (charge.from().isPresent()) {
      disk.point(hidden(home.resolve(LINK)), Path.of(charge.from().get().release().slotName()));
      rename(home.resolve(LINK));
    } else {
      lines.add("remove=" + home.resolve(LINK));
    }
  }

  /** The links by which systemd starts a unit at boot; the switch takes them away with the unit. */
  private void enablement(String unit) throws IOException {
    for (Path folder : linkFolders(units)) {
      Path link = folder.resolve(unit);
      if (Files.isSymbolicLink(link)) {
        disk.point(hidden(link), Files.readSymbolicLink(link));
        rename(link);
      }
    }
  }

  private static List<Path> linkFolders(Path units) throws IOException {
    List<Path> folders = new ArrayList<>(DropIns.children(units, "*.wants"));
    folders.addAll(DropIns.children(units, "*.requires"));
    return folders;
  }

  private void rename(Path place) {
    lines.add("rename=%s\t%s".formatted(hidden(place), place));
  }

  private Path hidden(Path place) {
    return place.resolveSibling("." + place.getFileName() + mark);
  }

  private static String mark(PackageName name) {
    return ".guard-" + name;
  }

  /** The package's folder with all links followed, as slots are told. */
  static Path home(Charge charge) {
    Path slot =
        Stream.concat(charge.from().stream(), charge.to().stream())
            .findFirst()
            .orElseThrow()
            .path();
    return slot.toAbsolutePath().resolveSibling("");
  }

  private static List<Service> services(Optional<Slot> slot) {
    return slot.map(one -> one.descriptor().services()).orElse(List.of());
  }

  private static Set<String> names(List<Service> services) {
    return services.stream()
        .map(Service::name)
        .collect(Collectors.toCollection(java.util.LinkedHashSet::new));
  }
}

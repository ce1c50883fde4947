package io.fleetinstaller.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.host.Places;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.release.Descriptor.Service;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The unit files of packages: regular files, for links into another file system do not load at
 * boot. Whose each is stands in {@link Claims}.
 */
final class UnitFiles {
  private static final Logger LOG = LoggerFactory.getLogger(UnitFiles.class);
  static final int MODE = 0644;
  private static final Pattern INSTALLABLE = Pattern.compile("(?m)^\\[Install\\]\\s*$");

  private final Path directory;
  private final Disk disk;
  private final Claims claims;
  private final DropIns dropIns;
  private final Systemctl systemctl;

  UnitFiles(HostContext context, Claims claims, Systemctl systemctl, Path directory) {
    this.directory = directory;
    this.disk = context.disk();
    this.claims = claims;
    this.dropIns = new DropIns(directory, context.disk());
    this.systemctl = systemctl;
  }

  /** Writes the slot's units; one that is new is enabled. */
  void install(Slot slot) throws Fault, InterruptedException {
    PackageName name = slot.release().name();
    claims.write(name, claims.of(name).withPlaces(Set.copyOf(Places.of(slot.descriptor()))));
    for (Service service : slot.descriptor().services()) {
      String text = text(slot, service);
      Claim claim = claims.of(name);
      Claim.Unit known = claim.units().get(service.name());
      if (known != null && known.stage() == Claim.Stage.INSTALLED) {
        write(service.name(), text);
        continue;
      }
      boolean enabled = known == null || known.enabled();
      claims.write(
          name, claim.with(service.name(), new Claim.Unit(Claim.Stage.INSTALLING, enabled)));
      write(service.name(), text);
      enable(service.name(), enabled && INSTALLABLE.matcher(text).find());
      claims.write(
          name, claim.with(service.name(), new Claim.Unit(Claim.Stage.INSTALLED, enabled)));
    }
  }

  /** All that {@link #install} and the guard write among the units of the system. */
  List<Path> written(Slot slot) {
    return Stream.concat(
            GuardFiles.UNITS.stream(),
            slot.descriptor().services().stream()
                .map(Service::name)
                .flatMap(unit -> Stream.of(unit, unit + ".d")))
        .map(directory::resolve)
        .toList();
  }

  /** Whether the unit is this package's. */
  boolean holds(PackageName name, String unit) throws Fault {
    return claims.of(name).holds(unit);
  }

  /** Disables and deletes a unit that has been stopped; one that is not ours is left alone. */
  void remove(PackageName name, String unit) throws Fault, InterruptedException {
    Claim claim = claims.of(name);
    if (!claim.holds(unit)) {
      return;
    }
    boolean enabled = wasEnabled(claim, unit);
    claims.write(name, claim.with(unit, new Claim.Unit(Claim.Stage.REMOVING, enabled)));
    Path file = directory.resolve(unit);
    if (Files.exists(file)) {
      LOG.info("disabling and removing {}", unit);
      systemctl.disable(unit);
    }
    try {
      disk.delete(file);
      dropIns.none(unit);
    } catch (IOException e) {
      throw failed("remove", file, e);
    }
    systemctl.resetFailed(unit);
    claims.write(name, claim.with(unit, new Claim.Unit(Claim.Stage.REMOVED, enabled)));
  }

  /** Asked of systemd only before we began to take it away: after, it is disabled by us. */
  private boolean wasEnabled(Claim claim, String unit) throws Fault, InterruptedException {
    Claim.Unit known = claim.units().get(unit);
    if (known == null || known.stage() != Claim.Stage.INSTALLED) {
      return known != null && known.enabled();
    }
    return UnitState.of(systemctl, unit).value("UnitFileState").startsWith("enabled");
  }

  private void enable(String unit, boolean wanted) throws Fault, InterruptedException {
    if (wanted) {
      LOG.info("enabling {}", unit);
      systemctl.enable(unit);
    }
  }

  private void write(String unit, String text) throws Fault {
    Path file = directory.resolve(unit);
    byte[] bytes = text.getBytes(UTF_8);
    try {
      dropIns.always(unit);
      if (Arrays.equals(bytes, content(file))) {
        return;
      }
      LOG.info("writing {}", file);
      disk.createDirectories(directory, 0755);
      disk.replace(file, bytes, MODE);
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  private static byte[] content(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException _) {
      return new byte[0];
    }
  }

  /** The unit as it is installed: it finds the package through {@code current}. */
  static String text(Slot slot, Service service) throws Fault {
    try {
      return slot.expand(Files.readString(source(slot, service)));
    } catch (CharacterCodingException _) {
      throw refused(slot, service, "its unit file is not UTF-8 text");
    } catch (IOException e) {
      throw failed("read", source(slot, service), e);
    }
  }

  static Path source(Slot slot, Service service) throws Fault {
    String unitFile = service.unitFile();
    if (unitFile == null) {
      throw refused(slot, service, "it has no unit file, only a command for a supervised host");
    }
    Path source = slot.path().resolve(unitFile).normalize();
    if (!source.startsWith(slot.path())) {
      throw refused(slot, service, "its unit file %s is not in the package".formatted(unitFile));
    }
    return source;
  }

  static Fault refused(Slot slot, Service service, String why) {
    return new Fault.Refused(
        ReasonCode.CONFLICT,
        "cannot install %s of %s: %s".formatted(service.name(), slot.release(), why));
  }

  private static Fault failed(String verb, Path file, IOException e) {
    return new Fault.Transient(
        ReasonCode.IO_ERROR, "cannot %s unit file %s: %s".formatted(verb, file, e.getMessage()));
  }

  /** Where systemd looks for units; ours go into the first. */
  static List<Path> searchPath() {
    return List.of(
        Path.of("/etc/systemd/system"),
        Path.of("/etc/systemd/system.control"),
        Path.of("/run/systemd/system"),
        Path.of("/run/systemd/transient"),
        Path.of("/run/systemd/generator"),
        Path.of("/run/systemd/generator.late"),
        Path.of("/usr/local/lib/systemd/system"),
        Path.of("/usr/lib/systemd/system"),
        Path.of("/lib/systemd/system"));
  }
}

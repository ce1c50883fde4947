package io.fleetinstaller.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The claims of all packages, one file {@code claims/<package>} each, with lines {@code unit=NAME
 * STAGE enabled|disabled} and {@code place=PATH}.
 */
final class Claims {
  private static final int LIMIT = 1 << 20;

  private final Path directory;
  private final Disk disk;
  private final Findings findings;

  /**
   * @param findings what is believed where a claim is lost
   */
  Claims(HostContext context, Findings findings) {
    this.directory = context.state().resolve("claims");
    this.disk = context.disk();
    this.findings = findings;
  }

  Claim of(PackageName name) throws Fault {
    Path file = directory.resolve(name.value());
    try {
      Quarantine.clear(disk, file);
      if (!Files.exists(file)) {
        return findings.of(name);
      }
      return read(name, file);
    } catch (IOException e) {
      throw unread(file, e);
    }
  }

  /** What makes no sense is set aside: what is on the host tells it again. */
  private Claim read(PackageName name, Path file) throws IOException {
    byte[] bytes = Bounded.read(file, LIMIT);
    try {
      if (bytes.length == 0 || bytes.length > LIMIT) {
        throw new IllegalArgumentException("it has no sane size");
      }
      return parse(new String(bytes, UTF_8).lines().toList());
    } catch (IllegalArgumentException damaged) {
      Quarantine.put(disk, file, String.valueOf(damaged.getMessage()));
      return findings.of(name);
    }
  }

  Map<PackageName, Claim> all() throws Fault {
    Map<PackageName, Claim> claims = new TreeMap<>();
    Set<PackageName> owners = new TreeSet<>(findings.names());
    owners.addAll(names());
    for (PackageName owner : owners) {
      claims.put(owner, of(owner));
    }
    return claims;
  }

  /** Durable when it returns. */
  void write(PackageName name, Claim claim) throws Fault {
    boolean written = Files.exists(directory.resolve(name.value())) || claim.equals(Claim.NONE);
    if (written && claim.equals(of(name))) {
      return;
    }
    StringBuilder text = new StringBuilder();
    new TreeMap<>(claim.units())
        .forEach((unit, state) ->
            text.append(
                "unit=%s %s %s\n"
                    .formatted(
                        unit,
                        state.stage().name().toLowerCase(Locale.ROOT),
                        state.enabled() ? "enabled" : "disabled")));
    new TreeSet<>(claim.places()).forEach(place -> text.append("place=" + place + "\n"));
    try {
      Quarantine.directory(disk, directory, 0700);
      disk.replace(directory.resolve(name.value()), text.toString().getBytes(UTF_8), 0600);
    } catch (IOException e) {
      throw new Fault.Transient(
          ReasonCode.IO_ERROR,
          "cannot record the units of %s: %s; is the state directory's disk full or read-only?"
              .formatted(name, e.getMessage()));
    }
  }

  private List<PackageName> names() throws Fault {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      // A name that begins with a dot is a file that a crash left half-written.
      return files
          .filter(file -> !Quarantine.holds(file))
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .flatMap(name -> PackageName.of(name).stream())
          .toList();
    } catch (IOException e) {
      throw unread(directory, e);
    }
  }

  private static Claim parse(List<String> lines) {
    Map<String, Claim.Unit> units = new HashMap<>();
    Set<String> places = new HashSet<>();
    for (String line : lines) {
      if (line.startsWith("place=")) {
        places.add(line.substring("place=".length()));
      } else if (line.startsWith("unit=")) {
        unit(line, units);
      } else {
        throw new IllegalArgumentException("a line is neither unit= nor place=");
      }
    }
    return new Claim(units, places);
  }

  private static void unit(String line, Map<String, Claim.Unit> units) {
    String[] words = line.substring("unit=".length()).split(" ", -1);
    try {
      Claim.Stage stage = Claim.Stage.valueOf(words[1].toUpperCase(Locale.ROOT));
      units.put(words[0], new Claim.Unit(stage, words[2].equals("enabled")));
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException _) {
      throw new IllegalArgumentException("a line is not NAME STAGE enabled|disabled");
    }
  }

  private static Fault unread(Path file, IOException e) {
    return new Fault.Transient(
        ReasonCode.IO_ERROR,
        "cannot read %s, which says whose units are ours: %s; check the disk"
            .formatted(file, e.getMessage()));
  }
}

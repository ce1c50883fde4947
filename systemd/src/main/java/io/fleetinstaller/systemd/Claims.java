package io.fleetinstaller.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
  private final Path directory;
  private final Disk disk;

  Claims(HostContext context) {
    this.directory = context.state().resolve("claims");
    this.disk = context.disk();
  }

  Claim of(PackageName name) throws Fault {
    Path file = directory.resolve(name.value());
    try {
      return parse(file, Files.readAllLines(file));
    } catch (NoSuchFileException _) {
      return Claim.NONE;
    } catch (IOException e) {
      throw damaged(file, String.valueOf(e.getMessage()));
    }
  }

  Map<PackageName, Claim> all() throws Fault {
    Map<PackageName, Claim> claims = new TreeMap<>();
    for (String name : names()) {
      PackageName owner = new PackageName(name);
      claims.put(owner, of(owner));
    }
    return claims;
  }

  /** Durable when it returns. */
  void write(PackageName name, Claim claim) throws Fault {
    if (claim.equals(of(name))) {
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
      disk.createDirectories(directory, 0700);
      disk.replace(directory.resolve(name.value()), text.toString().getBytes(UTF_8), 0600);
    } catch (IOException e) {
      throw new Fault.Transient(
          ReasonCode.IO_ERROR,
          "cannot record the units of %s: %s; is the state directory's disk full or read-only?"
              .formatted(name, e.getMessage()));
    }
  }

  private List<String> names() throws Fault {
    try (Stream<Path> files = Files.list(directory)) {
      // A name that begins with a dot is a file that a crash left half-written.
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    } catch (NoSuchFileException _) {
      return List.of();
    } catch (IOException e) {
      throw damaged(directory, String.valueOf(e.getMessage()));
    }
  }

  private static Claim parse(Path file, List<String> lines) throws Fault {
    Map<String, Claim.Unit> units = new HashMap<>();
    Set<String> places = new HashSet<>();
    for (String line : lines) {
      if (line.startsWith("place=")) {
        places.add(line.substring("place=".length()));
      } else if (line.startsWith("unit=")) {
        unit(file, line, units);
      } else {
        throw damaged(file, "line '%s' is neither unit= nor place=".formatted(line));
      }
    }
    return new Claim(units, places);
  }

  private static void unit(Path file, String line, Map<String, Claim.Unit> units) throws Fault {
    String[] words = line.substring("unit=".length()).split(" ", -1);
    try {
      Claim.Stage stage = Claim.Stage.valueOf(words[1].toUpperCase(Locale.ROOT));
      units.put(words[0], new Claim.Unit(stage, words[2].equals("enabled")));
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException _) {
      throw damaged(file, "line '%s' is not NAME STAGE enabled|disabled".formatted(line));
    }
  }

  private static Fault damaged(Path file, String why) {
    return new Fault.Broken(
        ReasonCode.STATE_DAMAGED,
        "cannot read %s, which says whose units are ours: %s; restore it".formatted(file, why));
  }
}

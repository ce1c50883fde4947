package io.fleetinstaller.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.release.PackageName;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What we add to units of packages, in files of our own beside them. */
final class DropIns {
  private static final String TRIAL = "60-fleet-installer-trial.conf";
  private static final String ALWAYS = "50-fleet-installer.conf";
  private static final String SERVICE = ".service";
  private static final String LOADER = "LD_PRELOAD LD_AUDIT LD_LIBRARY_PATH";

  private final Path units;
  private final Disk disk;

  DropIns(Path units, Disk disk) {
    this.units = units;
    this.disk = disk;
  }

  /** The agent starts after whatever a power cut interrupted has been ended; never without it. */
  void always(String unit) throws IOException {
    write(
        unit,
        ALWAYS,
        "# Written by fleet-installer.\n[Unit]\nAfter=%1$s\nWants=%1$s\n"
            .formatted(GuardFiles.BOOT));
  }

  /** Takes away all that we added. */
  void none(String unit) throws IOException {
    disk.delete(file(unit, ALWAYS));
    disk.delete(file(unit, TRIAL));
    Path folder = folder(unit);
    if (Files.isDirectory(folder) && children(folder, "*").isEmpty()) {
      disk.delete(folder);
    }
  }

  /**
   * While a unit is on trial systemd leaves it down when it ends by itself, and tells the guard.
   *
   * @param texts the candidate's units by name
   */
  List<Path> trial(PackageName name, Map<String, String> texts, Path script) throws IOException {
    List<Path> written = new ArrayList<>();
    for (Map.Entry<String, String> unit : texts.entrySet()) {
      if (unit.getKey().endsWith(SERVICE)) {
        write(unit.getKey(), TRIAL, trial(name, unit, script));
        written.add(file(unit.getKey(), TRIAL));
      }
    }
    return written;
  }

  private static String trial(PackageName name, Map.Entry<String, String> unit, Path script) {
    // The guard's shell is root's, and a file with an agent's environment may be the agent's own.
    String clean = unit.getValue().contains("LD_") ? "" : "UnsetEnvironment=" + LOADER + "\n";
    return """
    # Written by fleet-installer while %s is on trial.
    [Service]
    Restart=no
    %sExecStopPost=+-/bin/sh %s%s%s
    """
        .formatted(name, clean, script.toAbsolutePath(), mention(name), unit.getKey());
  }

  /** Ends the trial of every unit of this package; whether there was one. */
  boolean trialOver(PackageName name) throws IOException {
    boolean was = false;
    for (Path folder : children(units, "*.service.d")) {
      Path file = folder.resolve(TRIAL);
      if (Files.exists(file) && Files.readString(file).contains(mention(name))) {
        disk.delete(file);
        was = true;
      }
    }
    return was;
  }

  private static String mention(PackageName name) {
    return " exited %s ".formatted(name);
  }

  private void write(String unit, String name, String text) throws IOException {
    Path file = file(unit, name);
    byte[] bytes = text.getBytes(UTF_8);
    if (!Files.exists(file) || !Arrays.equals(bytes, Files.readAllBytes(file))) {
      disk.createDirectories(folder(unit), 0755);
      disk.replace(file, bytes, 0644);
    }
  }

  private Path folder(String unit) {
    return units.resolve(unit + ".d");
  }

  private Path file(String unit, String name) {
    return folder(unit).resolve(name);
  }

  static List<Path> children(Path folder, String glob) throws IOException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, glob)) {
      stream.forEach(children::add);
    } catch (NoSuchFileException _) {
      return List.of();
    }
    return children;
  }
}

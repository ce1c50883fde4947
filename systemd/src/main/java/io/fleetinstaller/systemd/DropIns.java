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

/** What we add to units of packages, in files of our own beside them. */
final class DropIns {
  /** The last of all, behind what a person added: the last one that names Restart= counts. */
  private static final String TRIAL = "zz-fleet-installer-trial.conf";

  private static final String ALWAYS = "50-fleet-installer.conf";
  private static final String SERVICE = ".service";

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
    dropIfEmpty(folder(unit));
  }

  private void dropIfEmpty(Path folder) throws IOException {
    if (Files.isDirectory(folder) && children(folder, "*").isEmpty()) {
      disk.delete(folder);
    }
  }

  /**
   * While a unit is on trial systemd leaves it down when it ends, and lets the guard look. The
   * guard runs outside the unit, with nothing of an agent's environment. Before systemd 249 an exit
   * with 0 is left to the deadline.
   */
  void trial(PackageName name, List<String> services) throws IOException {
    for (String unit : services.stream().filter(one -> one.endsWith(SERVICE)).toList()) {
      write(
          unit,
          TRIAL,
          """
          # Written by fleet-installer while %1$s is on trial.
          [Unit]
          OnFailure=%2$s
          OnSuccess=%2$s
          [Service]
          Restart=no
          %3$s\
          """
              .formatted(name, ended(name), patience(name)));
    }
  }

  /** What {@link #trial} writes. */
  List<Path> ofTrial(List<String> services) {
    return services.stream()
        .filter(one -> one.endsWith(SERVICE))
        .map(unit -> file(unit, TRIAL))
        .toList();
  }

  /**
   * Nobody looks after a daemon that never comes up but systemd. It is not asked to end; systemd
   * before 246 asks nevertheless, and so does the guard at the deadline. For that its unit gives it
   * longer than the way back may take; on trial it brings nothing to an end, and has a line to
   * write.
   */
  private static String patience(PackageName name) {
    return name.equals(PackageName.INSTALLER)
        ? "TimeoutStartSec=12s\nTimeoutStartFailureMode=kill\nTimeoutStopSec=3s\n"
        : "";
  }

  /** Ends the trial of every unit of this package; those that were on trial. */
  List<String> trialOver(PackageName name) throws IOException {
    List<String> were = new ArrayList<>();
    for (Path folder : children(units, "*.service.d")) {
      Path file = folder.resolve(TRIAL);
      if (Files.exists(file) && Files.readString(file).contains("=" + ended(name) + "\n")) {
        disk.delete(file);
        dropIfEmpty(folder);
        were.add(unit(file.toString()));
      }
    }
    return were;
  }

  /** What every service of ours has beside its unit file. */
  static Path always(Path units, String unit) {
    return units.resolve(unit + ".d").resolve(ALWAYS);
  }

  /** The unit that a drop-in is of. */
  static String unit(String file) {
    return file.replaceFirst("\\.d/[^/]*$", "").replaceFirst("^.*/", "");
  }

  private static String ended(PackageName name) {
    return "fleet-installer-ended@%s.service".formatted(name);
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

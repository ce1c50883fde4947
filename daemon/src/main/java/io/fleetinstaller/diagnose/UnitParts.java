package io.fleetinstaller.diagnose;

import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The units of the packages and of the daemon: their files, what systemd thinks, their logs. */
record UnitParts(Scene scene, Set<String> services) {
  private static final Duration LIMIT = Duration.ofSeconds(15);
  private static final List<String> OURS =
      List.of(
          "fleet-installer.service",
          "fleet-installer-boot.service",
          "fleet-installer-guard@.service",
          "fleet-installer-ended@.service");

  List<Part> parts() {
    Set<String> units = new TreeSet<>(services);
    units.addAll(OURS);
    List<Part> parts = new ArrayList<>();
    parts.add(said("systemd/version.txt", "systemctl", "--version"));
    parts.add(said("systemd/state.txt", "systemctl", "is-system-running"));
    parts.add(said("systemd/failed.txt", "systemctl", "list-units", "--failed", "--no-pager"));
    parts.add(said("systemd/timers.txt", "systemctl", "list-timers", "--all", "--no-pager"));
    parts.add(said("systemd/jobs.txt", "systemctl", "list-jobs", "--no-pager"));
    for (String unit : units) {
      parts.addAll(files(unit));
      if (!unit.contains("@.")) {
        parts.add(said("systemd/%s.txt".formatted(unit), "systemctl", "show", "--no-pager", unit));
        parts.add(log(unit));
      }
    }
    parts.add(
        said(
            "logs/guard.txt",
            "journalctl",
            "--unit=fleet-installer-guard@*",
            "--unit=fleet-installer-ended@*",
            "--lines=1000",
            "--output=short-iso",
            "--quiet",
            "--no-pager"));
    return parts;
  }

  private List<Part> files(String unit) {
    List<Part> parts = new ArrayList<>();
    for (Path folder : scene.units()) {
      String name = "units" + folder;
      if (Files.exists(folder.resolve(unit))) {
        parts.add(new Part(name + "/" + unit, () -> Texts.end(folder.resolve(unit))));
      }
      parts.addAll(Texts.folder(name + "/" + unit + ".d", folder.resolve(unit + ".d")));
    }
    return parts;
  }

  private Part log(String unit) {
    return said(
        "logs/%s.txt".formatted(unit),
        "journalctl",
        "--unit=" + unit,
        "--lines=3000",
        "--output=short-iso",
        "--quiet",
        "--no-pager");
  }

  /** What a program says, also when it is unhappy: systemctl exits 1 where a unit has failed. */
  private Part said(String name, String... argv) {
    return new Part(name, () -> output(scene.programs().run(Programs.Call.of(LIMIT, argv))));
  }

  private static String output(Programs.Result result) throws Fault {
    if (result.timedOut() || (result.output().isBlank() && !result.succeeded())) {
      result.orFail("ask " + result.call().program());
    }
    return result.output() + result.errors();
  }
}

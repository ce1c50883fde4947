package io.fleetinstaller.diagnose;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Fault;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Disks, clock, versions, and which variables are set. */
record Machine(Scene scene) {
  private static final Duration LIMIT = Duration.ofSeconds(15);
  private static final int MOST_FILES = 20_000;

  List<Part> parts() {
    return List.of(
        new Part("disk/space.txt", () -> df("-kP")),
        new Part("disk/inodes.txt", () -> df("-iP")),
        new Part("disk/mounts.txt", () -> Texts.end(Path.of("/proc/self/mounts"))),
        new Part("disk/packages.txt", () -> tree(scene.packages(), 3)),
        new Part("disk/state.txt", () -> tree(scene.state(), 4)),
        new Part("clock.txt", this::clock),
        new Part("clock-proven.txt", this::proven),
        new Part("versions.txt", this::versions),
        new Part("os-release.txt", () -> Texts.end(Path.of("/etc/os-release"))),
        new Part("memory.txt", () -> Texts.end(Path.of("/proc/meminfo"))),
        new Part("load.txt", () -> Texts.end(Path.of("/proc/loadavg"))),
        new Part("environment-names.txt", this::environment));
  }

  private String df(String form) throws Fault, InterruptedException {
    Programs.Result result = scene.programs().run(Programs.Call.of(LIMIT, "df", form));
    return result.output() + result.errors();
  }

  private String clock() throws IOException {
    return "wall %s%nzone %s%nseconds since boot, and idle: %sboot %s"
        .formatted(
            scene.time().now(),
            ZoneId.systemDefault(),
            Texts.end(Path.of("/proc/uptime")),
            // Without its dashes it would look like a key.
            Texts.end(Path.of("/proc/sys/kernel/random/boot_id")));
  }

  /** The latest time that signed config has proven. */
  private String proven() throws IOException, Fault {
    Path floors = scene.state().resolve("trust/memory/floors.json");
    byte[] bytes = Files.readAllBytes(floors);
    return Document.json(floors.toString(), bytes).text("provenTime") + "\n";
  }

  private String versions() throws IOException {
    return "fleet-installer %s%njava %s, %s%n%s"
        .formatted(
            scene.version(),
            Runtime.version(),
            System.getProperty("java.vm.name"),
            Texts.end(Path.of("/proc/version")));
  }

  /** Never their values. */
  private String environment() {
    return new TreeSet<>(scene.environment().keySet())
        .stream().collect(Collectors.joining("\n", "", "\n"));
  }

  private static String tree(Path root, int depth) throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> all = Files.walk(root, depth, new FileVisitOption[0])) {
      for (Path path : (Iterable<Path>) all.limit(MOST_FILES)::iterator) {
        text.append(entry(root, path)).append('\n');
      }
    }
    return text.toString();
  }

  private static String entry(Path root, Path path) {
    try {
      PosixFileAttributes found =
          Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      String link = found.isSymbolicLink() ? " -> " + Files.readSymbolicLink(path) : "";
      return "%s %s %s %10d %s %s%s"
          .formatted(
              PosixFilePermissions.toString(found.permissions()),
              found.owner().getName(),
              found.group().getName(),
              found.size(),
              found.lastModifiedTime(),
              root.relativize(path),
              link);
    } catch (IOException e) {
      return "%s: %s".formatted(path, Texts.why(e));
    }
  }
}

package io.fleetinstaller.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What proc(5) tells of processes; empty where there is no proc, or the process has gone. */
public final class Proc {
  private static final Path PROC = Path.of("/proc");
  private static final int SESSION = 3;
  private static final int START_TICKS = 19;

  private Proc() {}

  /** What the process runs, with links resolved. */
  public static Optional<Path> executable(long pid) {
    try {
      return Optional.of(Files.readSymbolicLink(PROC.resolve(pid + "/exe")));
    } catch (IOException | UnsupportedOperationException _) {
      return ProcessHandle.of(pid).flatMap(process -> process.info().command()).map(Path::of);
    }
  }

  /** Its words, the program's own name first. */
  public static List<String> arguments(long pid) {
    try {
      String all = new String(Files.readAllBytes(PROC.resolve(pid + "/cmdline")), UTF_8);
      return Stream.of(all.split("\0")).toList();
    } catch (IOException _) {
      return List.of();
    }
  }

  /**
   * What the process runs, with links resolved: the program, or the script if the program is an
   * interpreter from elsewhere that was given a file below this directory.
   */
  public static Optional<Path> running(long pid, Path directory) {
    Optional<Path> executable = executable(pid);
    Path home = resolved(directory);
    if (executable.isEmpty() || executable.get().startsWith(home)) {
      return executable;
    }
    return arguments(pid).stream()
        .skip(1)
        .filter(word -> word.startsWith("/"))
        .map(word -> resolved(Path.of(word)))
        .filter(file -> file.startsWith(home) && Files.isRegularFile(file))
        .findFirst()
        .or(() -> executable);
  }

  /** When it was started, in ticks since which boot: the wall clock may jump. */
  static Optional<String> started(long pid) {
    return stat(pid).map(stat -> bootId() + "/" + stat[START_TICKS]);
  }

  /** Every process of the session that this one leads or led. */
  static Stream<ProcessHandle> session(long leader) {
    String wanted = Long.toString(leader);
    return ProcessHandle.allProcesses()
        .filter(process ->
            stat(process.pid()).filter(stat -> stat[SESSION].equals(wanted)).isPresent());
  }

  private static Path resolved(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException _) {
      return path;
    }
  }

  private static String bootId() {
    try {
      return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
    } catch (IOException _) {
      return "";
    }
  }

  /** The fields of stat behind the command's name, which may itself hold anything. */
  private static Optional<String[]> stat(long pid) {
    try {
      String line = Files.readString(PROC.resolve(pid + "/stat"));
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      return fields.length > START_TICKS ? Optional.of(fields) : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}

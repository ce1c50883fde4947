package io.fleetinstaller.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What proc(5) tells of processes; empty where there is no proc, or the process has gone. */
public final class Proc {
  private static final Path PROC = Path.of("/proc");
  private static final int SESSION = 3;
  private static final int START_TICKS = 19;

  /** Ticks of a process are hundredths of a second, and so is the uptime. */
  private static final Duration CLOCK_GRAIN = Duration.ofMillis(30);

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

  /** The variables that it was started with, as {@code NAME=value}. */
  static List<String> environment(long pid) {
    try {
      String all = new String(Files.readAllBytes(PROC.resolve(pid + "/environ")), UTF_8);
      return Stream.of(all.split("\0")).toList();
    } catch (IOException _) {
      return List.of();
    }
  }

  /** Whether it has the file systems that we have; a neighbour in another container has not. */
  static boolean sharesFiles(long pid) {
    try {
      Path ours = Files.readSymbolicLink(PROC.resolve("self/ns/mnt"));
      return Files.readSymbolicLink(PROC.resolve(pid + "/ns/mnt")).equals(ours)
          && Files.isSameFile(PROC.resolve(pid + "/root"), PROC.resolve("self/root"));
    } catch (IOException | UnsupportedOperationException _) {
      return false;
    }
  }

  /**
   * What the process runs, with links resolved: the program, or the script if the program is an
   * interpreter from elsewhere that was given a file below this directory. A link that was turned
   * after the process began does not tell where it led then; such a script counts only while the
   * interpreter holds it open.
   */
  public static Optional<Path> running(long pid, Path directory, Instant now) {
    Optional<Path> executable = executable(pid);
    Path home = resolved(directory);
    if (executable.isEmpty() || executable.get().startsWith(home)) {
      return executable;
    }
    return openFile(pid, home).or(() -> argument(pid, home, now)).or(() -> executable);
  }

  private static Optional<Path> openFile(long pid, Path home) {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(PROC.resolve(pid + "/fd"))) {
      for (Path descriptor : descriptors) {
        Path file = Files.readSymbolicLink(descriptor);
        if (file.startsWith(home) && Files.isRegularFile(file)) {
          return Optional.of(file);
        }
      }
    } catch (IOException | DirectoryIteratorException _) {
      // It has closed the file in this moment, or has gone itself.
    }
    return Optional.empty();
  }

  private static Optional<Path> argument(long pid, Path home, Instant now) {
    return arguments(pid).stream()
        .skip(1)
        .filter(word -> word.startsWith("/"))
        .map(Path::of)
        .filter(word -> isOlder(word, now, pid))
        .map(Proc::resolved)
        .filter(file -> file.startsWith(home) && Files.isRegularFile(file))
        .findFirst();
  }

  /** Whether every link on this path was there, as it is now, when the process began. */
  private static boolean isOlder(Path path, Instant now, long pid) {
    Optional<Duration> age = age(pid);
    Path at = path.getRoot();
    for (Path name : path) {
      at = at.resolve(name);
      if (Files.isSymbolicLink(at)) {
        Path link = at;
        if (age.filter(old -> old.compareTo(linkAge(link, now)) <= 0).isEmpty()) {
          return false;
        }
      }
    }
    return true;
  }

  private static Duration linkAge(Path link, Instant now) {
    try {
      Instant turned = Files.getLastModifiedTime(link, LinkOption.NOFOLLOW_LINKS).toInstant();
      return Duration.between(turned, now).plus(CLOCK_GRAIN);
    } catch (IOException _) {
      return Duration.ZERO;
    }
  }

  private static Optional<Duration> age(long pid) {
    try {
      String uptime = Files.readString(PROC.resolve("uptime"));
      BigDecimal up = new BigDecimal(uptime.substring(0, uptime.indexOf(' ')));
      return stat(pid)
          .map(stat -> new BigDecimal(stat[START_TICKS]).movePointLeft(2))
          .map(start -> Duration.ofMillis(up.subtract(start).movePointRight(3).longValue()));
    } catch (IOException | NumberFormatException _) {
      return Optional.empty();
    }
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

  static Path resolved(Path path) {
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

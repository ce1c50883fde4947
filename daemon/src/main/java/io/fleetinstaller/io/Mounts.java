package io.fleetinstaller.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where file systems are mounted. Where nobody tells, none are. Source of the format:
 * proc_pid_mountinfo(5).
 */
public final class Mounts {
  private static final Path OURS = Path.of("/proc/self/mountinfo");
  private static final Path OF_THE_HOST = Path.of("/proc/1/mountinfo");
  private static final int POINT = 4;
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

  private Mounts() {}

  /** All points that this process sees: a service may have more of them than its host. */
  public static List<Path> ours() throws IOException {
    return Files.exists(OURS) ? points(Files.readAllBytes(OURS)) : List.of();
  }

  /** Whether something is mounted there on this host, for other services too. */
  public static boolean has(Path point) throws IOException {
    return ofTheHost().contains(point);
  }

  /** The point of the file system that this path is on, or will be; empty for the root's. */
  public static Optional<Path> above(Path path) throws IOException {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      return Optional.empty();
    }
    return ofTheHost().stream()
        .filter(point -> path.startsWith(point) && point.getNameCount() > 0)
        .max(Comparator.comparingInt(Path::getNameCount));
  }

  private static List<Path> ofTheHost() throws IOException {
    try {
      return points(Files.readAllBytes(OF_THE_HOST));
    } catch (NoSuchFileException | AccessDeniedException _) {
      return ours();
    }
  }

  static List<Path> points(byte[] table) {
    List<Path> points = new ArrayList<>();
    for (String line : new String(table, UTF_8).lines().toList()) {
      String[] words = line.split(" ", POINT + 2);
      // Name spaces are files, and mounted on nothing that has a path.
      if (words.length > POINT && words[POINT].startsWith("/")) {
        point(words[POINT]).ifPresent(points::add);
      }
    }
    return points;
  }

  /** A name that this process cannot write is of no path that it uses. */
  private static Optional<Path> point(String word) {
    String plain =
        OCTAL
            .matcher(word)
            .replaceAll(found ->
                Matcher.quoteReplacement(Character.toString(Integer.parseInt(found.group(1), 8))));
    try {
      return Optional.of(Path.of(plain));
    } catch (InvalidPathException _) {
      return Optional.empty();
    }
  }
}

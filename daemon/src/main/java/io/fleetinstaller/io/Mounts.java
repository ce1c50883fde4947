package io.fleetinstaller.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where file systems are mounted on this host, as its first process sees it: a service of its own
 * may have more of them. Where nobody tells, none are. Source of the format: proc_pid_mountinfo(5).
 */
public final class Mounts {
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/1/mountinfo"), Path.of("/proc/self/mountinfo"));
  private static final int POINT = 4;
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

  private Mounts() {}

  /** All points. */
  public static List<Path> points() throws IOException {
    for (Path table : TABLES) {
      if (Files.isReadable(table)) {
        return points(new String(Files.readAllBytes(table), UTF_8));
      }
    }
    return List.of();
  }

  /** The point of the file system that this path is on, or will be; empty for the root's. */
  public static Optional<Path> above(Path path) throws IOException {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      return Optional.empty();
    }
    return points().stream()
        .filter(point -> path.startsWith(point) && point.getNameCount() > 0)
        .max((a, b) -> Integer.compare(a.getNameCount(), b.getNameCount()));
  }

  static List<Path> points(String table) {
    List<Path> points = new ArrayList<>();
    for (String line : table.lines().toList()) {
      String[] words = line.split(" ", POINT + 2);
      // Name spaces are files, and mounted on nothing that has a path.
      if (words.length > POINT && words[POINT].startsWith("/")) {
        points.add(Path.of(plain(words[POINT])));
      }
    }
    return points;
  }

  private static String plain(String word) {
    return OCTAL
        .matcher(word)
        .replaceAll(found ->
            java.util.regex.Matcher.quoteReplacement(
                String.valueOf((char) Integer.parseInt(found.group(1), 8))));
  }
}

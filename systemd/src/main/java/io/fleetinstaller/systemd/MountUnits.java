package io.fleetinstaller.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What systemd calls the mounts that folders may lie on. Before 254 it can only be told to require
 * those; to be behind them, whether they come or not, one must name them.
 */
final class MountUnits {
  private static final String PLAIN =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.";

  private MountUnits() {}

  /** Every mount that one of these may lie on, as written and with links followed, in one line. */
  static String above(Path... folders) {
    return Stream.of(folders)
        .flatMap(folder -> Stream.of(folder.toAbsolutePath().normalize(), followed(folder)))
        .flatMap(MountUnits::each)
        .distinct()
        .collect(Collectors.joining(" "));
  }

  private static Path followed(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException _) {
      return folder.toAbsolutePath().normalize();
    }
  }

  private static Stream<String> each(Path folder) {
    return IntStream.rangeClosed(1, folder.getNameCount())
        .mapToObj(names -> escaped(folder.subpath(0, names).toString()) + ".mount");
  }

  /** As systemd-escape --path does. */
  private static String escaped(String path) {
    StringBuilder text = new StringBuilder();
    for (byte one : path.getBytes(UTF_8)) {
      char letter = (char) (one & 0xff);
      boolean plain = PLAIN.indexOf(letter) >= 0 && (letter != '.' || !text.isEmpty());
      if (letter == '/') {
        text.append('-');
      } else if (plain) {
        text.append(letter);
      } else {
        text.append("\\x%02x".formatted((int) letter));
      }
    }
    return text.toString();
  }
}

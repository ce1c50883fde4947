package io.fleetinstaller.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.packages.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** What can happen to a file between two starts of the daemon. */
enum Damage {
  DELETED,
  EMPTY,
  TORN,
  GARBAGE,
  TEN_MEGABYTES,
  NEWER_FORMAT,
  A_DIRECTORY,
  A_PIPE,
  A_LINK_TO_NOTHING,
  UNREADABLE;

  /** A link to it can be opened, and every read of it fails with EIO. */
  private static final Path EIO = Path.of("/proc/self/mem");

  /** Whether there are bytes that a person may want to see again. */
  boolean leavesBytes() {
    return switch (this) {
      case EMPTY, TORN, GARBAGE, TEN_MEGABYTES, NEWER_FORMAT -> true;
      case DELETED, A_DIRECTORY, A_PIPE, A_LINK_TO_NOTHING, UNREADABLE -> false;
    };
  }

  void happenTo(Path path) throws Exception {
    byte[] before = Files.isRegularFile(path) ? Files.readAllBytes(path) : new byte[0];
    delete(path);
    switch (this) {
      case DELETED -> {}
      case EMPTY -> Files.write(path, new byte[0]);
      case TORN -> Files.write(path, Arrays.copyOf(before, before.length / 2));
      case GARBAGE -> Files.write(path, garbage(1000));
      case TEN_MEGABYTES -> Files.write(path, garbage(10 << 20));
      case NEWER_FORMAT -> Files.write(path, newer(before));
      case A_DIRECTORY -> Files.writeString(Files.createDirectory(path).resolve("x"), "x");
      // Who opens it waits for a writer for ever.
      case A_PIPE -> Tools.run("mkfifo", path);
      case A_LINK_TO_NOTHING -> Files.createSymbolicLink(path, Path.of("nothing"));
      case UNREADABLE -> Files.createSymbolicLink(path, EIO);
    }
  }

  private static byte[] newer(byte[] before) {
    String text = new String(before, UTF_8);
    if (text.startsWith("{")) {
      return text.replaceFirst("\"formatVersion\":1", "\"formatVersion\":99").getBytes(UTF_8);
    }
    // A line of a journal: its checksum is right.
    String header = text.lines().findFirst().orElseThrow().substring(9);
    String newer = header.replaceFirst("\"format\":1", "\"format\":99");
    CRC32C sum = new CRC32C();
    sum.update(newer.getBytes(UTF_8));
    return "%08x %s\n".formatted(sum.getValue(), newer).getBytes(UTF_8);
  }

  private static byte[] garbage(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static void delete(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(one);
      }
    }
  }
}

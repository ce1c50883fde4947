package io.fleetinstaller.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archives of classes make the program faster, and never anything else. */
final class ArchivesIT {
  private static final String OUT_OF_THE_ARCHIVE = "source: shared objects file";

  @TempDir private Path folder;
  private Path copy;
  private Path archive;

  @BeforeEach
  void copy() throws Exception {
    copy = folder.resolve("fleet installer");
    assertThat(ran("cp", "-a", System.getProperty("distribution"), copy.toString()).status())
        .isZero();
    archive = copy.resolve("runtime/lib/cli.jsa");
  }

  @Test
  void our_classes_come_out_of_the_archive() throws Exception {
    Path loaded = folder.resolve("loaded");

    status("-Xlog:class+load:file=" + loaded);

    assertThat(Files.readAllLines(loaded))
        .filteredOn(line -> line.contains(" io.fleetinstaller."))
        .filteredOn(line -> line.endsWith(OUT_OF_THE_ARCHIVE))
        .hasSizeGreaterThan(20);
  }

  @Test
  void without_an_archive_that_fits_nothing_is_told_but_the_same() throws Exception {
    Said whole = status("");

    Files.write(archive, new byte[] {1, 2, 3});
    Said garbage = status("");
    Files.delete(archive);
    Said missing = status("");

    assertThat(whole.output()).contains("daemon-down");
    assertThat(List.of(garbage, missing)).containsOnly(whole);
  }

  @Test
  void an_archive_of_other_jars_is_left_alone() throws Exception {
    Said whole = status("");
    try (Stream<Path> jars = Files.list(copy.resolve("lib"))) {
      for (Path jar : jars.toList()) {
        Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000_000));
      }
    }

    assertThat(status("")).isEqualTo(whole);
  }

  private Said status(String options) throws Exception {
    Path socket = folder.resolve("none.sock");
    return ran(
        "env",
        options.isEmpty() ? "JAVA_OPTIONS=" : "_JAVA_OPTIONS=" + options,
        copy.resolve("bin/fleet-installer").toString(),
        "status",
        "--socket",
        socket.toString());
  }

  /** What a program said, on both its outputs, and how it ended. */
  private record Said(int status, String output) {}

  private static Said ran(String... words) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Said(process.waitFor(), output);
  }
}

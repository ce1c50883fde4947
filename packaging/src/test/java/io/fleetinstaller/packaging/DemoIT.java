package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration, as the README promises it. */
class DemoIT {
  private static final long MOST_MINUTES = 10;

  @TempDir Path folder;

  @Test
  void one_release_is_confirmed_and_one_is_taken_back() throws Exception {
    Path output = folder.resolve("output");
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    ProcessBuilder builder = new ProcessBuilder(Path.of("demo").toAbsolutePath().toString());
    builder.environment().put("DISTRIBUTION", System.getProperty("distribution"));
    builder.environment().put("TMPDIR", temporary.toString());
    builder.redirectErrorStream(true).redirectOutput(output.toFile());

    Process demo = builder.start();
    boolean ended = demo.waitFor(MOST_MINUTES, TimeUnit.MINUTES);
    if (!ended) {
      demo.destroy();
    }

    List<String> lines = Files.readAllLines(output);
    assertThat(ended).as("%s", lines).isTrue();
    assertThat(demo.exitValue()).as("%s", lines).isZero();
    assertThat(lines.getLast()).isEqualTo("demo: 1 upgraded, 1 reverted");
    assertThat(lines).anyMatch(line -> line.contains("status 500, expected 200"));
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left).isEmpty();
    }
  }
}

package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration, as the README promises it. */
class DemoIT {
  private static final long MOST_MINUTES = 10;

  @TempDir Path folder;

  @Test
  void one_release_is_confirmed_and_one_is_taken_back() throws Exception {
    Script demo = Script.run(MOST_MINUTES, folder, "demo");

    List<String> lines = demo.lines();
    assertThat(demo.status()).as("%s", lines).isZero();
    assertThat(lines.getLast()).isEqualTo("demo: 1 upgraded, 1 reverted");
    assertThat(lines).anyMatch(line -> line.contains("status 500, expected 200"));
    try (Stream<Path> left = Files.list(Script.work(folder))) {
      assertThat(left).isEmpty();
    }
  }
}

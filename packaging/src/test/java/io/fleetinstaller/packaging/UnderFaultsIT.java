package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The fault laboratory, a sample of it, with cuts that lose what was not synced: no brick. */
@ExtendWith(GuestBed.class)
class UnderFaultsIT {
  private static final long MOST_MINUTES = 40;
  private static final String SOME_CUTS = "cuts: [1-9][0-9]* faults, 0 bricks";

  @TempDir Path folder;

  @Tag("F02")
  @Test
  void a_sample_of_all_faults_bricks_nothing() throws Exception {
    Path output = folder.resolve("output");
    List<String> argv =
        new ArrayList<>(List.of(Path.of("lab").toAbsolutePath().toString(), "--short"));
    boolean cuts = "true".equals(System.getenv("CI")) || GuestBed.onPath("qemu-system-x86_64");
    if (!cuts) {
      System.err.println("*** SKIPPED power cuts: they need qemu-system-x86_64 ***");
      argv.add("--no-power-cuts");
    }
    ProcessBuilder builder = new ProcessBuilder(argv);
    builder.environment().put("DISTRIBUTION", System.getProperty("distribution"));
    builder.redirectErrorStream(true).redirectOutput(output.toFile());

    Process lab = builder.start();
    boolean ended = lab.waitFor(MOST_MINUTES, TimeUnit.MINUTES);
    if (!ended) {
      lab.destroy();
    }

    List<String> lines = Files.readAllLines(output);
    lines.forEach(System.out::println);
    assertThat(ended).as("it ended in time").isTrue();
    assertThat(lines.getLast())
        .as(() -> "%s\n".formatted(lines.stream().filter(line -> line.contains("BRICK")).toList()))
        .matches("lab: [1-9][0-9]+ faults, 0 bricks" + (cuts ? "" : ", NO POWER CUTS"));
    if (cuts) {
      assertThat(lines).as("the power was cut").anyMatch(line -> line.matches(SOME_CUTS));
    }
    assertThat(lab.exitValue()).isZero();
  }
}

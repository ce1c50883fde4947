package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
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
    boolean cuts = "true".equals(System.getenv("CI")) || GuestBed.onPath("qemu-system-x86_64");
    if (!cuts) {
      System.err.println("*** SKIPPED power cuts: they need qemu-system-x86_64 ***");
    }

    Script lab =
        cuts
            ? Script.run(MOST_MINUTES, folder, "lab", "--short")
            : Script.run(MOST_MINUTES, folder, "lab", "--short", "--no-power-cuts");

    List<String> lines = lab.lines();
    lines.forEach(System.out::println);
    assertThat(lines.getLast())
        .as(() -> "%s\n".formatted(lines.stream().filter(line -> line.contains("BRICK")).toList()))
        .matches("lab: [1-9][0-9]+ faults, 0 bricks" + (cuts ? "" : ", NO POWER CUTS"));
    if (cuts) {
      assertThat(lines).as("the power was cut").anyMatch(line -> line.matches(SOME_CUTS));
    }
    assertThat(lab.status()).isZero();
  }
}

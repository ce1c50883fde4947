package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The fault laboratory, a sample of it, with cuts that lose what was not synced: no brick. */
@ExtendWith(GuestBed.class)
class UnderFaultsIT {
  private static final long MOST_MINUTES = 40;

  /** All that the short run means to make, each of which was looked at. */
  private static final List<String> TEN_CUTS =
      List.of(
          "cuts: of 10 that were meant 10 were made and looked at", "cuts: 10 faults, 0 bricks");

  private static final Pattern REACHED =
      Pattern.compile("guests: of ([0-9]+) runs with faults ([0-9]+) met all of them, .*");

  /** Of the guests' sample, which has some more. */
  private static final int RUNS_WITH_FAULTS = 14;

  private static final int STORY_LINES = 60;

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
        .as(() -> whatBroke(lines))
        .matches("lab: [1-9][0-9]+ faults, 0 bricks" + (cuts ? "" : ", NO POWER CUTS"));
    assertThatFaultsHappened(lines);
    if (cuts) {
      assertThat(lines).as("the power was cut as often as it should").containsAll(TEN_CUTS);
    }
    assertThat(lab.status()).isZero();
  }

  /** Every brick with what does not hold and its story, which a dump of all lines would drown. */
  private static String whatBroke(List<String> lines) {
    StringBuilder told = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith("BRICK ")) {
        int end = Math.min(lines.size(), i + STORY_LINES);
        told.append(String.join("\n", lines.subList(i, end))).append('\n');
      }
    }
    return told.toString();
  }

  /** An effect may not come up again as it was recorded; most do. */
  private static void assertThatFaultsHappened(List<String> lines) {
    Matcher told =
        lines.stream().map(REACHED::matcher).filter(Matcher::matches).findFirst().orElseThrow();
    int runs = Integer.parseInt(told.group(1));
    int met = Integer.parseInt(told.group(2));
    assertThat(runs).as(told.group()).isGreaterThanOrEqualTo(RUNS_WITH_FAULTS);
    assertThat(2 * met).as(told.group()).isGreaterThanOrEqualTo(runs);
  }
}

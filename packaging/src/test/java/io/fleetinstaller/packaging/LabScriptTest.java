package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The laboratory's script, on a machine of which the test says what it has. */
@Tag("F02")
class LabScriptTest {
  private static final String GUESTS = "echo 'guests: 12 faults, 0 bricks'";
  private static final String MISSED =
      "echo 'guests: of 4 runs with faults 1 met all of them, 0 the first of two only, 3 none'";

  private static final String TOO_FEW =
      "echo 'cuts: of 10 that were meant 7 were made and looked at, too few'";

  private static final List<String> TOOLS =
      List.of("dirname", "realpath", "basename", "mktemp", "rm", "tail", "tee", "cat", "grep");

  @TempDir Path folder;

  @BeforeEach
  void a_machine_that_can_boot_guests_and_has_no_qemu() throws Exception {
    Path lab = Files.copy(Path.of("lab"), folder.resolve("lab"));
    assertThat(lab).isRegularFile();
    Files.createDirectories(folder.resolve("target/test-classes"));
    for (String tool : TOOLS) {
      program("bin/" + tool, "exec /usr/bin/%s \"$@\"".formatted(tool));
    }
    program("bin/id", "echo 0");
    program("bin/systemd-nspawn", "");
    program("bin/mmdebstrap", "");
    program("dist/bin/fleet-installer", "");
    program("dist/runtime/bin/java", GUESTS);
  }

  @Test
  void without_power_cuts_it_fails() throws Exception {
    Ended lab = lab("--short");

    assertThat(lab.status()).isEqualTo(1);
    assertThat(lab.output()).contains("qemu-system-x86_64 is missing", "--no-power-cuts");
  }

  @Test
  void without_power_cuts_it_goes_on_where_it_is_told_to_and_says_so_at_the_end() throws Exception {
    Ended lab = lab("--short", "--no-power-cuts");

    assertThat(lab.status()).isZero();
    assertThat(lab.output()).endsWith("lab: 12 faults, 0 bricks, NO POWER CUTS\n");
  }

  @Test
  void a_half_in_which_no_cut_was_made_fails() throws Exception {
    program("bin/qemu-system-x86_64", "");
    program("lab-vm", "echo 'cuts: 0 faults, 0 bricks'");

    Ended lab = lab("--short");

    assertThat(lab.status()).isEqualTo(1);
    assertThat(lab.output()).contains("no power was cut");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_half_in_which_fewer_cuts_count_than_were_meant_fails_without_a_brick(boolean brief)
      throws Exception {
    program("bin/qemu-system-x86_64", "");
    program("lab-vm", "%s\necho 'cuts: 7 faults, 0 bricks'\nexit 1".formatted(TOO_FEW));

    Ended lab = brief ? lab("--short") : lab("--seed", "1");

    assertThat(lab.status()).isEqualTo(1);
    assertThat(lab.output())
        .endsWith(
            """
            cuts: of 10 that were meant 7 were made and looked at, too few
            lab: 19 faults, 0 bricks
            """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--only", "--sample", "--tried", "--again", "--minutes"})
  void a_part_of_the_guests_is_played_without_power_cuts(String part) throws Exception {
    program("bin/qemu-system-x86_64", "");
    program("lab-vm", "echo 'cuts: 3 faults, 0 bricks'");

    Ended lab = lab(part, "1");

    assertThat(lab.output()).endsWith("lab: 12 faults, 0 bricks, NO POWER CUTS\n");
    assertThat(lab.status()).isZero();
  }

  @Test
  void guests_that_count_nothing_end_it_before_power_is_cut() throws Exception {
    program("bin/qemu-system-x86_64", "");
    program("lab-vm", "echo 'cuts: 3 faults, 0 bricks'");
    program("dist/runtime/bin/java", "echo 'unknown option' >&2; exit 1");

    Ended lab = lab("--seeds", "1");

    assertThat(lab.status()).isEqualTo(1);
    assertThat(lab.output()).contains("ended without a count").doesNotContain("cuts:");
  }

  @Test
  void guests_that_missed_most_of_their_faults_fail_it_without_a_brick() throws Exception {
    program("dist/runtime/bin/java", "%s\n%s\nexit 1".formatted(MISSED, GUESTS));

    Ended lab = lab("--short", "--no-power-cuts");

    assertThat(lab.status()).isEqualTo(1);
    assertThat(lab.output()).endsWith("lab: 12 faults, 0 bricks, NO POWER CUTS\n");
  }

  @Test
  void how_many_faults_happened_is_told_before_the_last_line() throws Exception {
    program("bin/qemu-system-x86_64", "");
    program("lab-vm", "echo 'cuts: 3 faults, 0 bricks'");
    program("dist/runtime/bin/java", "%s\n%s".formatted(MISSED, GUESTS));

    Ended lab = lab("--short");

    assertThat(lab.output())
        .endsWith(
            """
            guests: of 4 runs with faults 1 met all of them, 0 the first of two only, 3 none
            lab: 15 faults, 0 bricks
            """);
  }

  @Test
  void both_halves_are_added_up() throws Exception {
    program("bin/qemu-system-x86_64", "");
    program("lab-vm", "echo 'cuts: 3 faults, 0 bricks'");

    Ended lab = lab("--short");

    assertThat(lab.output()).endsWith("lab: 15 faults, 0 bricks\n");
    assertThat(lab.status()).isZero();
  }

  private record Ended(int status, String output) {}

  private Ended lab(String... options) throws Exception {
    Path output = folder.resolve("output");
    List<String> argv =
        Stream.concat(Stream.of("/bin/bash", folder.resolve("lab").toString()), Stream.of(options))
            .collect(Collectors.toList());
    ProcessBuilder builder = new ProcessBuilder(argv);
    builder.environment().put("PATH", folder.resolve("bin").toString());
    builder.environment().put("DISTRIBUTION", folder.resolve("dist").toString());
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    int status = builder.start().waitFor();
    return new Ended(status, Files.readString(output));
  }

  private void program(String name, String text) throws Exception {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/bash\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}

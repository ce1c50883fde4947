package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fleetinstaller.io.ChildPrograms;
import io.fleetinstaller.io.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Systemd's own opinion of the units that we ship. */
final class UnitFileTest {
  private static final Path UNITS = Path.of("src/main/units");
  private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");

  @Test
  void the_daemons_unit_is_what_systemd_takes_it_for(@TempDir Path folder) throws Exception {
    requireSystemd();
    String unit = Files.readString(UNITS.resolve("fleet-installer.service"));
    Path copy = folder.resolve("fleet-installer.service");
    // the program is not installed where this runs, and systemd looks
    Files.writeString(copy, unit.replaceAll("ExecStart=\\S+", "ExecStart=/bin/true"));

    Programs.Result verdict = analyze("verify", copy.toString());

    assertThat(verdict.lines()).isEmpty();
    assertThat(verdict.status()).isZero();
  }

  @Test
  void the_daemons_exposure_stays_as_low_as_its_job_allows() throws Exception {
    requireSystemd();
    String unit = UNITS.resolve("fleet-installer.service").toAbsolutePath().toString();

    Programs.Result verdict = analyze("security", "--offline=true", "--threshold=45", unit);

    assertThat(verdict.status()).as(verdict.output()).isZero();
  }

  @Tag("F49")
  @Test
  void the_daemon_is_started_again_whatever_ends_it() throws Exception {
    String unit = Files.readString(UNITS.resolve("fleet-installer.service"));

    assertThat(unit)
        .contains("Restart=always", "StartLimitIntervalSec=0", "SuccessExitStatus=143")
        .contains("StateDirectoryMode=0700", "WantedBy=multi-user.target");
  }

  @Test
  void a_daemon_that_hangs_before_it_is_up_is_ended_within_a_minute_and_not_asked_to_end()
      throws Exception {
    String unit = Files.readString(UNITS.resolve("fleet-installer.service"));

    assertThat(unit).contains("\nTimeoutStartSec=60s\nTimeoutStartFailureMode=kill\n");
  }

  private static Programs.Result analyze(String... words) throws Exception {
    String[] argv = new String[words.length + 1];
    argv[0] = ANALYZE.toString();
    System.arraycopy(words, 0, argv, 1, words.length);
    return new ChildPrograms().run(Programs.Call.of(Duration.ofSeconds(60), argv));
  }

  private static void requireSystemd() {
    boolean there = Files.isExecutable(ANALYZE);
    if ("true".equals(System.getenv("CI"))) {
      assertThat(there).as("systemd-analyze is needed in CI").isTrue();
    }
    assumeTrue(there, "SKIPPED: no systemd-analyze on this machine");
  }
}

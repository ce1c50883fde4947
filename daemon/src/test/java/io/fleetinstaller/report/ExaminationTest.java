package io.fleetinstaller.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.report.CheckupReport.Check;
import io.fleetinstaller.report.CheckupReport.Level;
import io.fleetinstaller.report.Examination.Patient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExaminationTest {
  private static final PackageName AGENT = new PackageName("agent");

  @TempDir Path root;
  private Path packages;
  private Path state;
  private String user;

  @BeforeEach
  void folders() throws IOException {
    packages = folder("packages", "rwxr-xr-x");
    state = folder("state", "rwx------");
    user = Files.getOwner(root).getName();
  }

  @Test
  void a_healthy_host_has_nothing_to_do() {
    List<Check> checks = doctor(0, List.of()).examine(List.of());

    assertThat(checks).extracting(Check::level).containsOnly(Level.OK);
  }

  @Test
  void a_fresh_host_has_nothing_to_do() throws IOException {
    Files.delete(packages);
    Files.delete(state);

    List<Check> checks = doctor(0, List.of()).examine(List.of());

    assertThat(checks).extracting(Check::level).containsOnly(Level.OK);
  }

  @Test
  void packages_that_others_may_write_are_a_failure() throws IOException {
    mode(packages, "rwxrwxr-x");

    List<Check> checks = doctor(0, List.of()).examine(List.of());

    assertThat(checks)
        .contains(
            Check.fail(
                "packages", "other users may write to " + packages, "chmod go-w " + packages));
  }

  @Test
  void state_that_others_may_read_is_a_failure() throws IOException {
    mode(state, "rwxr-x---");

    List<Check> checks = doctor(0, List.of()).examine(List.of());

    assertThat(checks)
        .contains(Check.fail("state", state + " is open to other users", "chmod go= " + state));
  }

  @Test
  void a_disk_below_its_reserve_is_a_failure() {
    List<Check> checks = doctor(Long.MAX_VALUE, List.of()).examine(List.of());

    assertThat(checks)
        .filteredOn(check -> check.what().equals("disk"))
        .allSatisfy(check -> assertThat(check.level()).isEqualTo(Level.FAIL));
  }

  @Test
  void the_disk_of_the_state_is_looked_at_too() {
    List<Check> checks = doctor(0, List.of()).examine(List.of());

    assertThat(checks)
        .filteredOn(check -> check.what().equals("disk of the state"))
        .singleElement()
        .satisfies(check -> assertThat(check.finding()).contains("free on " + state));
  }

  @Test
  void links_that_name_no_whole_slot_are_told() throws IOException {
    Path folder = Files.createDirectory(packages.resolve("agent"));
    Files.createSymbolicLink(folder.resolve("current"), Path.of("gone"));
    Files.createSymbolicLink(folder.resolve("previous"), Path.of("gone"));
    Installed nothing = new Installed(AGENT, Optional.empty(), Optional.empty(), List.of());

    List<Check> checks = doctor(0, List.of()).examine(List.of(nothing));

    assertThat(checks)
        .filteredOn(check -> check.what().equals("slots of agent"))
        .extracting(Check::level, Check::finding)
        .containsExactly(
            tuple(Level.FAIL, "current names no whole slot"),
            tuple(Level.WARN, "previous names no whole slot, so a rollback is refused"));
  }

  @Test
  void what_was_set_aside_is_told() throws IOException {
    Path folder = Files.createDirectories(state.resolve("journals/agent"));
    Path corrupt = Files.createFile(folder.resolve("00000001.journal.corrupt"));

    List<Check> checks = Examination.setAside(state);

    assertThat(checks)
        .contains(
            Check.warn(
                "state",
                corrupt + " was damaged and is set aside",
                "keep it for a report, or delete it"));
  }

  @Test
  void a_program_that_is_missing_is_a_failure() throws IOException {
    Path there = Files.createFile(root.resolve("systemctl"));
    mode(there, "rwxr-xr-x");

    List<Check> checks = doctor(0, List.of("systemctl", "journalctl")).examine(List.of());

    assertThat(checks)
        .contains(Check.ok("program systemctl", there.toString()))
        .contains(
            Check.fail(
                "program journalctl", "it is in no folder of the daemon's PATH", "install it"));
  }

  @Test
  void what_the_daemon_cannot_read_is_told() {
    List<Check> checks = Examination.complaints(Samples.host());

    assertThat(checks)
        .extracting(Check::what, Check::level)
        .containsExactly(
            tuple("daemon", Level.OK),
            tuple("settings", Level.OK),
            tuple("source", Level.FAIL),
            tuple("state", Level.OK));
  }

  @Test
  void what_of_the_signed_config_is_left_out_is_told() {
    List<Check> checks = Examination.complaints(Samples.signed());

    assertThat(checks)
        .extracting(Check::what, Check::level)
        .containsExactly(
            tuple("daemon", Level.OK),
            tuple("settings", Level.OK),
            tuple("source", Level.OK),
            tuple("config", Level.WARN),
            tuple("mirror", Level.WARN),
            tuple("state", Level.OK));
  }

  private Examination doctor(long reserve, List<String> tools) {
    return new Examination(new Patient(packages, state, user, reserve, List.of(root), tools));
  }

  private Path folder(String name, String mode) throws IOException {
    Path folder = Files.createDirectory(root.resolve(name));
    mode(folder, mode);
    return folder;
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }
}

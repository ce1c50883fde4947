package io.fleetinstaller.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DesiredFileTest {
  private static final String DIGEST = "sha256:" + "a".repeat(64);

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void file() {
    file = folder.resolve("desired.yaml");
  }

  @Test
  void each_entry_names_a_pinned_release_or_absence() throws Exception {
    write(
        """
        packages:
          - {name: agent, version: 1.10, digest: "%s", note: for the audit}
          - {name: old, ensure: absent}
        """
            .formatted(DIGEST));

    Map<PackageName, Desired> all = read();

    Desired agent = all.get(new PackageName("agent"));
    assertThat(((Desired.Run) agent.want()).wanted().toString())
        .isEqualTo("agent 1.10 (aaaaaaaaaaaa)");
    assertThat(agent.origin().note()).isEqualTo("for the audit");
    assertThat(all.get(new PackageName("old")).want()).isEqualTo(new Desired.Absent());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: a, version: 1}|line 2 key 'packages[0].digest': it is missing",
        "{name: a, digest: 'sha256:12'}|is not 64 lower-case hex digits",
        "{name: A, ensure: absent}|'A' is not a package name",
        "{name: a, ensure: gone}|it must be present or absent",
        "{name: a, ensure: absent, version: 1}|absent goes with neither version nor digest",
        "{name: a, versoin: 1}|key 'packages[0].versoin': it is not known here",
        "just text|it must be an object, not a text"
      })
  void a_bad_entry_is_refused_with_its_place(String entry, String why) throws IOException {
    write("packages:\n  - " + entry + "\n");

    assertThatThrownBy(this::read).isInstanceOf(Refused.class).hasMessageContaining(why);
  }

  @Test
  void a_package_named_twice_is_refused() throws IOException {
    write("packages:\n  - {name: a, ensure: absent}\n  - {name: a, ensure: absent}\n");

    assertThatThrownBy(this::read)
        .hasMessageContaining("line 3")
        .hasMessageContaining("named twice");
  }

  @Test
  void a_file_that_others_may_write_is_refused() throws IOException {
    write("packages: []\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));

    assertThatThrownBy(this::read)
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.reason().code()).isEqualTo(ReasonCode.INSECURE_FILE))
        .hasMessageContaining("with mode 0664");
  }

  @Test
  void a_file_in_a_folder_that_others_may_write_is_refused() throws IOException {
    write("packages: []\n");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(this::read).hasMessageContaining("must belong to");
  }

  @Test
  void a_file_of_somebody_else_is_refused() throws IOException {
    write("packages: []\n");

    assertThatThrownBy(() -> new DesiredFile(file, "somebody", new FakeTime()).read())
        .hasMessageContaining("it must belong to somebody");
  }

  @Test
  void a_key_beside_the_packages_is_refused() throws IOException {
    write("packages: []\nversion: 1\n");

    assertThatThrownBy(this::read).hasMessageContaining("key 'version': it is not known here");
  }

  @Test
  void a_missing_file_is_said_to_be_missing() {
    assertThatThrownBy(this::read).hasMessageContaining("it does not exist; write it");
  }

  private Map<PackageName, Desired> read() throws Fault, IOException {
    return new DesiredFile(file, Files.getOwner(folder).getName(), new FakeTime()).read();
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }
}

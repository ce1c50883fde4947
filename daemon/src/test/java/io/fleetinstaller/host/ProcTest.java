package io.fleetinstaller.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fleetinstaller.Eventually;
import io.fleetinstaller.io.DurableDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcTest {
  private static final Path SHELL = Path.of("/bin/sh");

  @TempDir private Path folder;
  private Path home;
  private Path script;
  private Process process;

  @BeforeEach
  void a_slot_with_a_script() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self")), "needs a proc file system");
    home = folder.toRealPath().resolve("agent");
    script = Files.createDirectories(home.resolve("1.0")).resolve("run");
    Files.writeString(script, "read line\n");
    Files.createDirectories(home.resolve("2.0"));
    Files.copy(script, home.resolve("2.0/run"));
    Files.createSymbolicLink(home.resolve("current"), Path.of("1.0"));
  }

  @AfterEach
  void no_process_stays() throws Exception {
    process.destroyForcibly().waitFor();
  }

  @Test
  void a_program_of_the_directory_is_itself() throws Exception {
    Path program = Files.copy(SHELL.toRealPath(), home.resolve("1.0/program"));
    Files.setPosixFilePermissions(program, Files.getPosixFilePermissions(SHELL));
    start(home.resolve("current/program").toString(), "-c", "read line");

    assertThat(Proc.running(process.pid(), home, now())).contains(program);
  }

  @Test
  void a_script_that_is_held_open_is_told_even_when_current_was_turned() throws Exception {
    start(SHELL.toString(), home.resolve("current/run").toString());
    Eventually.eventually("the script is open", () -> holds(script));

    new DurableDisk().point(home.resolve("current"), Path.of("2.0"));

    assertThat(Proc.running(process.pid(), home, now())).contains(script);
  }

  @Test
  void a_script_that_is_not_held_open_is_told_by_a_link_as_old_as_the_process() throws Exception {
    start(SHELL.toString(), "-c", "read line", home.resolve("current/run").toString());

    assertThat(Proc.running(process.pid(), home, now())).contains(script);
  }

  @Test
  void a_link_that_was_turned_after_the_process_began_tells_nothing() throws Exception {
    start(SHELL.toString(), "-c", "read line", home.resolve("current/run").toString());

    Instant beforeTheLink = now().minus(Duration.ofHours(1));

    assertThat(Proc.running(process.pid(), home, beforeTheLink)).contains(SHELL.toRealPath());
  }

  @Test
  void a_directory_behind_a_link_is_told_by_its_real_place() throws Exception {
    Path link = Files.createSymbolicLink(folder.toRealPath().resolve("link"), home);
    start(SHELL.toString(), "-c", "read line", link.resolve("1.0/run").toString());

    assertThat(Proc.running(process.pid(), link, now())).contains(script);
  }

  @Test
  void a_file_of_somewhere_else_is_not_what_runs() throws Exception {
    Path other = Files.writeString(folder.resolve("other"), "read line\n");
    start(SHELL.toString(), other.toString());

    assertThat(Proc.running(process.pid(), home, now())).contains(SHELL.toRealPath());
  }

  private boolean holds(Path file) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      for (Path each : open.toList()) {
        if (Files.readSymbolicLink(each).equals(file)) {
          return true;
        }
      }
    }
    return false;
  }

  private void start(String... command) throws Exception {
    process = new ProcessBuilder(command).start();
  }

  private static Instant now() {
    return Instant.now();
  }
}

package io.fleetinstaller.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.report.CheckupReport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the program does with itself, as it is typed. */
class SetupCommandTest {
  @TempDir Path folder;
  private final FakeItself itself = new FakeItself();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void setup_names_what_runs_from_now_on() {
    int code = run("setup", folder + "/layout:1.2.3", "--config", "/etc/other.yaml");

    assertThat(code).isZero();
    assertThat(itself.asked)
        .containsExactly("set up /etc/other.yaml file:%s/layout:1.2.3".formatted(folder));
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("fleet-installer 1.2.3")
        .contains("runs");
  }

  @Test
  void setup_does_not_guess_what_it_is_given() {
    int code = run("setup", folder + "/layout:not a tag");

    assertThat(code).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("cannot understand");
    assertThat(itself.asked).isEmpty();
  }

  @Test
  void a_rehearsal_is_no_daemon() {
    int code = run("run", "--config", "/etc/other.yaml", "--rehearse", "/run/there");

    assertThat(code).isZero();
    assertThat(itself.asked).containsExactly("rehearse /etc/other.yaml /run/there");
  }

  private int run(String... arguments) {
    Product product =
        new Product(
            folder.resolve("none.yaml"),
            folder.resolve("none"),
            (_, _) -> {
              throw new AssertionError("nobody asked for a daemon");
            },
            _ -> new CheckupReport(Instant.EPOCH, List.of()),
            (_, _, _) -> List.of(),
            itself);
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            Map.of());
    return new Cli(product, terminal, new SystemTime()).run(arguments);
  }
}

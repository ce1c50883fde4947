package io.fleetinstaller.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.Command;
import io.fleetinstaller.api.Ending;
import io.fleetinstaller.api.FakeOperations;
import io.fleetinstaller.api.Job;
import io.fleetinstaller.api.Limits;
import io.fleetinstaller.api.Server;
import io.fleetinstaller.api.SocketFile;
import io.fleetinstaller.api.Verb;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.report.CheckupReport;
import io.fleetinstaller.report.CheckupReport.Check;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every verb against a real server whose daemon is a fake. */
@Timeout(60)
class CliTest {
  private static final String DIGEST = "sha256:" + "ab".repeat(32);

  @TempDir Path folder;
  private final FakeOperations daemon = new FakeOperations();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<String> started = new ArrayList<>();
  private Server server;

  @BeforeEach
  void open() throws Fault {
    server =
        Server.open(new SocketFile(folder.resolve("s"), Optional.empty()), daemon, Limits.DEFAULT);
  }

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "status, PACKAGE        CURRENT  DESIRED  STATE",
    "explain node-exporter, node-exporter is waiting",
    "plan, PACKAGE        ACTION",
    "history, BEGAN",
    "history node-exporter, BEGAN"
  })
  void a_question_is_answered_and_done(String line, String begins) {
    int code = run(line.split(" "));

    assertThat(code).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith(begins);
    assertThat(err.size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "explain node-exporter", "plan", "history", "doctor"})
  void a_script_gets_the_document_itself(String line) {
    run((line + " --json").split(" "));

    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("{\"formatVersion\":1,")
        .endsWith("}\n");
  }

  @ParameterizedTest
  @CsvSource({
    "'', Missing required subcommand",
    "fly, Unmatched argument",
    "explain, Missing required parameter: 'PKG'",
    "explain Not_A_Name, is not a package name",
    "install a@sha256:12, is not 64 lower-case hex digits",
    "install a@1@2, write it as PKG",
    "install a@, ''",
    "hold a --for soon, is not a duration",
    "status --colour, Unknown option",
    "status --json --json, should be specified only once",
    "status --socket a --socket b, should be specified only once",
    "status --config a --config b, should be specified only once",
    "run --supervised --supervised, should be specified only once"
  })
  void what_cannot_be_understood_is_a_usage_error(String line, String says) {
    int code = run(line.isEmpty() ? new String[0] : line.split(" "));

    assertThat(code).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains(says).contains("--help");
    assertThat(daemon.submitted).isEmpty();
  }

  @Test
  void what_the_daemon_refuses_is_refused() {
    int code = run("explain", "nix");

    assertThat(code).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "fleet-installer: unknown-package: cannot explain nix: nobody has it and nobody wants"
                + " it\n");
  }

  @Test
  void a_bug_of_the_daemon_is_a_bug() {
    daemon.buggy = true;

    int code = run("status");

    assertThat(code).isEqualTo(70);
  }

  @Test
  void without_a_daemon_it_says_what_to_do() {
    server.close();

    int code = run("status");

    assertThat(code).isEqualTo(3);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("fleet-installer: daemon-down: cannot ask the daemon at ")
        .contains("systemctl start fleet-installer");
  }

  @Test
  void doctor_fails_when_a_check_does() {
    int code = run("doctor");

    assertThat(code).isEqualTo(4);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("fail  slots: one is damaged\n      run 'fleet-installer verify'\n");
  }

  @Test
  void doctor_looks_for_itself_when_no_daemon_answers() {
    server.close();

    int code = run("doctor");

    assertThat(code).isEqualTo(4);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("fail  daemon: cannot ask the daemon at ")
        .endsWith("ok    disk: all of it\n");
  }

  @Test
  void an_order_carries_everything_that_was_said() {
    run("install", "node-exporter@1.9.0@" + DIGEST, "--reason", "fix", "--for", "3d", "--no-wait");

    Command command = daemon.submitted.getFirst().command();

    assertThat(command.verb()).isEqualTo(Verb.INSTALL);
    assertThat(command.version().orElseThrow()).hasToString("1.9.0");
    assertThat(command.digest().orElseThrow()).hasToString(DIGEST);
    assertThat(command.why()).isEqualTo("fix");
    assertThat(command.lasting()).contains(Duration.ofDays(3));
    assertThat(command.by()).endsWith(" for alice");
  }

  @ParameterizedTest
  @CsvSource({
    "upgrade a@1, UPGRADE",
    "remove a, REMOVE",
    "hold a, HOLD",
    "unhold a, UNHOLD",
    "pin a, PIN",
    "unpin a, UNPIN",
    "poll, POLL",
    "poll --retry a, POLL",
    "verify, VERIFY",
    "verify a, VERIFY"
  })
  void each_order_reaches_the_daemon(String line, Verb verb) {
    int code = run((line + " --no-wait").split(" "));

    Command command = daemon.submitted.getFirst().command();

    assertThat(code).isZero();
    assertThat(command.verb()).isEqualTo(verb);
    assertThat(command.name().isPresent()).isEqualTo(line.contains(" "));
  }

  @ParameterizedTest
  @EnumSource(Ending.class)
  void the_end_of_the_job_is_the_exit_code(Ending ending) {
    daemon.onSubmit =
        job -> job.end(ending, new Reason(ReasonCode.EXITED, "it ended", List.of("panic")));

    int code = run("upgrade", "node-exporter@1.9.0");

    assertThat(code).isEqualTo(ending.exitCode());
    assertThat(out + " " + err).contains("it ended").contains("  | panic");
  }

  @Test
  void on_a_pipe_progress_is_plain_lines() {
    daemon.onSubmit = CliTest::unpack;

    run("upgrade", "node-exporter@1.9.0");

    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("resolved 1.9.0\nunpack 50 %, 5.0 MiB of 10.0 MiB\n");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("1.9.0 runs and is well\n");
  }

  @Test
  void on_a_terminal_progress_is_a_bar_that_is_drawn_over() {
    ProgressView view = new ProgressView(terminal(true));

    view.at(new Stage("unpack", 1, 5 << 20, 10 << 20));
    view.at(new Stage("observe", 2, 90_000, 180_000));
    view.clear();

    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "\r\u001b[K[############------------] unpack 50 %, 5.0 MiB of 10.0 MiB"
                + "\r\u001b[K[############------------] observe 50 %, 1m 30s of 3m, try 2"
                + "\r\u001b[K");
  }

  @Test
  void a_script_gets_the_whole_job_once_it_has_ended() {
    daemon.onSubmit = CliTest::unpack;

    int code = run("upgrade", "node-exporter@1.9.0", "--json");

    assertThat(code).isZero();
    assertThat(err.size()).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("{\"formatVersion\":1,\"id\":\"")
        .contains("\"state\":\"done\"", "resolved 1.9.0");
  }

  @Test
  void watch_shows_it_again_and_again_until_it_is_interrupted() {
    Impatient time = new Impatient(3);

    new Cli(product(), terminal(false), time).run("status", "--watch", "--socket", socket());

    assertThat(out.toString(StandardCharsets.UTF_8).split("PACKAGE")).hasSize(4);
  }

  @Test
  void the_settings_name_the_socket() throws IOException {
    Path config = folder.resolve("installer.yaml");
    Files.writeString(config, "paths: {socket: %s}\npoll: {interval: 60s}\n".formatted(socket()));

    int code = cli().run("status", "--config", config.toString());

    assertThat(code).isZero();
  }

  @Test
  void settings_that_are_wrong_are_told_when_no_daemon_is_at_the_usual_socket() throws IOException {
    Path config = folder.resolve("installer.yaml");
    Files.writeString(config, "paths: socket: {\n");

    int code = cli().run("plan", "--config", config.toString());

    assertThat(code).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("installer.yaml line 1", "name it with --socket");
  }

  @Test
  void run_starts_the_daemon() {
    int code = cli().run("run", "--config", "/etc/other.yaml", "--supervised");

    assertThat(code).isZero();
    assertThat(started).containsExactly("/etc/other.yaml true");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "explain",
        "pin",
        "poll",
        "run",
        "package build",
        "package push",
        "repo init",
        "repo key gen",
        "repo key import",
        "repo delegate",
        "repo add",
        "repo deploy",
        "repo sign",
        "repo payload",
        "repo attach",
        "repo publish",
        "repo timestamp",
        "repo rotate",
        "repo revoke",
        "repo show",
        "repo check",
        "repo bundle"
      })
  void every_verb_tells_how_it_is_used(String verb) {
    int exit = cli().run((verb + " --help").split(" "));

    assertThat(exit).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("Usage: fleet-installer " + verb);
  }

  @Test
  void completion_knows_every_verb() {
    cli().run("completion");

    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains(
            "status explain plan history install upgrade rollback remove hold unhold pin unpin"
                + " poll");
  }

  @Test
  void help_names_every_verb_and_the_exit_codes() {
    int code = cli().run("--help");

    assertThat(code).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("explain", "rollback", "verify", "Exit codes: 0 done");
  }

  private static void unpack(Job job) {
    job.line("resolved 1.9.0");
    job.step("unpack", 1);
    job.at(5 << 20, 10 << 20);
    job.done(new Reason(ReasonCode.ASKED_FOR, "1.9.0 runs and is well"));
  }

  private int run(String... args) {
    String[] all = Arrays.copyOf(args, args.length + (args.length == 0 ? 0 : 2));
    if (args.length > 0) {
      all[args.length] = "--socket";
      all[args.length + 1] = socket();
    }
    return cli().run(all);
  }

  private String socket() {
    return folder.resolve("s").toString();
  }

  private Cli cli() {
    return new Cli(product(), terminal(false), new SystemTime());
  }

  private Product product() {
    return new Product(
        folder.resolve("none.yaml"),
        folder.resolve("usual"),
        (config, supervised) -> started.add(config + " " + supervised),
        _ -> new CheckupReport(Instant.EPOCH, List.of(Check.ok("disk", "all of it"))),
        (_, _, _) -> List.of(),
        new FakeItself());
  }

  private Terminal terminal(boolean interactive) {
    return new Terminal(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        interactive,
        Map.of("SUDO_USER", "alice"));
  }

  /** Is interrupted in the n-th pause. */
  private static final class Impatient implements Time {
    private final Time real = new SystemTime();
    private int pauses;

    Impatient(int pauses) {
      this.pauses = pauses;
    }

    @Override
    public Instant now() {
      return real.now();
    }

    @Override
    public Duration elapsed() {
      return real.elapsed();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      pauses--;
      if (pauses == 0) {
        throw new InterruptedException();
      }
    }
  }
}

package io.fleetinstaller.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.report.CheckupReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The verbs of whoever signs what fleets run, from the command line. */
@Timeout(120)
class RepoCommandTest {
  @TempDir private Path folder;
  private final FakeTime time = new FakeTime();
  private final Map<String, String> environment = new HashMap<>();
  private ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void open() {
    environment.put("FLEET_INSTALLER_PASSPHRASE", "sesame");
    environment.put("USER", "olga");
  }

  @Test
  void the_story_of_the_readme_works() throws Exception {
    packageBuilt("1.0");

    made();
    does("add", repo(), folder.resolve("layout").toString());
    does(
        "deploy",
        repo(),
        "--group",
        "prod",
        "--package",
        "agent",
        "--version",
        "1.0",
        "--select",
        "env=prod",
        "--wave",
        "1,20@1h,100@24h");
    does("sign", repo());
    does("publish", repo());
    does("timestamp", repo());
    does("check", repo());

    assertThat(text()).isEqualTo("all is well\n");
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("targets: new: catalog/stable/agent.json\n")
        .contains("targets: new: deployments/prod/agent.json\n");
    assertThat(json("show").objects("roles")).hasSize(4);
    assertThat(Files.readString(document("deployments/prod")))
        .contains("\"id\" : \"agent-1.0\"", "\"by\" : \"olga\"", "\"percent\" : 20");
  }

  @Test
  void an_operator_has_a_key_and_a_role_of_her_own() throws Exception {
    does("init", repo(), "--root-keys", "1", "--root-threshold", "1", "--bare-online-keys");
    does("key", "gen", folder.resolve("olga.pem").toString(), "--type", "ecdsa");
    String pub = folder.resolve("olga.pub").toString();

    does("delegate", repo(), "ops-prod", "--to", pub, "--group", "prod");
    int early = run("publish", repo());
    does("sign", repo(), "--key", folder.resolve("olga.pem").toString());
    does("publish", repo(), "--json");

    assertThat(early).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("needs 1 of: olga");
    assertThat(text()).contains("ops-prod 1");
  }

  @Test
  void keys_are_rotated_revoked_and_signed_for_elsewhere() throws Exception {
    made();
    Path payload = folder.resolve("payload");

    does("rotate", repo(), "root", "--out", "root-1");
    does("payload", repo(), "root", "--output", payload.toString());
    String how = text();
    Files.writeString(folder.resolve("signature"), "00");
    int attached = run("attach", repo(), "root", folder.resolve("signature").toString());
    does("revoke", repo(), "timestamp-1");
    does("sign", repo());
    does("publish", repo());

    assertThat(how).contains("with root-1: openssl pkeyutl -sign -rawin");
    assertThat(Files.readString(payload)).startsWith("{\"_type\":\"root\"");
    assertThat(attached).isEqualTo(2);
    assertThat(text()).contains("published root 2");
  }

  @Test
  void a_new_key_has_a_passphrase_where_the_old_one_had_one() throws Exception {
    made();

    does("rotate", repo(), "timestamp");
    does("rotate", repo(), "targets");

    Path keys = folder.resolve("repo/keys");
    assertThat(keys.resolve("timestamp-2.pem")).content().contains("BEGIN PRIVATE KEY");
    assertThat(keys.resolve("targets-2.pem")).content().contains("BEGIN ENCRYPTED PRIVATE KEY");
  }

  @Test
  void a_check_is_for_scripts_too() throws Exception {
    made();
    time.pass(Duration.ofDays(2));

    int checked = run("check", repo(), "--json");

    assertThat(checked).isEqualTo(2);
    Document said = Document.json("the answer", out.toByteArray());
    assertThat(said.flag("well", true)).isFalse();
    assertThat(said.objects("findings").getLast().text("code")).isEqualTo("metadata-expired");
  }

  @Test
  void a_deployment_that_is_too_large_is_not_cut() throws IOException {
    made();
    Path large = folder.resolve("large.yaml");
    Files.writeString(
        large, "package: agent\nnote: x\n" + "#".repeat(1 << 16) + "\npaused: true\n");

    int deployed = run("deploy", repo(), large.toString(), "--group", "web");

    assertThat(deployed).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("it is larger than 65536 bytes");
  }

  @Test
  void what_makes_no_sense_is_refused_or_a_usage_error() {
    int nowhere = run("show", repo());
    int impossible = run("init", repo(), "--root-keys", "1");
    int noPem = run("key", "gen", folder.resolve("olga").toString());
    int noKind = run("init", repo(), "--type", "dsa");
    int noVerb = run("key");
    environment.clear();
    int noPassphrase = run("init", folder.resolve("other").toString());

    assertThat(List.of(nowhere, impossible, noPem, noPassphrase)).containsOnly(2);
    assertThat(List.of(noKind, noVerb)).containsOnly(1);
  }

  // Opening a key takes a while on purpose; few of them do here.
  private void made() {
    does("init", repo(), "--root-keys", "2", "--bare-online-keys");
  }

  private void packageBuilt(String version) throws IOException {
    Path program = Files.createDirectories(folder.resolve("agent")).resolve("agent");
    Files.writeString(program, version);
    Path descriptor = folder.resolve("agent.yaml");
    Files.writeString(
        descriptor,
        """
        formatVersion: 1
        name: agent
        version: "%s"
        platform: {os: linux, architecture: amd64}
        services: [{name: agent, command: {argv: [agent]}}]
        """
            .formatted(version));
    int built =
        program(
            "package",
            "build",
            program.getParent().toString(),
            "--descriptor",
            descriptor.toString(),
            "--output",
            folder.resolve("layout").toString());
    assertThat(built).isZero();
  }

  private Path document(String below) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("repo/public/targets").resolve(below))) {
      return files.findFirst().orElseThrow();
    }
  }

  private String repo() {
    return folder.resolve("repo").toString();
  }

  private Document json(String verb) throws Exception {
    does(verb, repo(), "--json");
    return Document.json("the answer", out.toByteArray());
  }

  private String text() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private void does(String... words) {
    int code = run(words);
    assertThat(code).as("%s: %s", String.join(" ", words), err).isZero();
  }

  private int run(String... words) {
    return program(Stream.concat(Stream.of("repo"), Stream.of(words)).toArray(String[]::new));
  }

  private int program(String... words) {
    out = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            environment);
    Product product =
        new Product(
            folder.resolve("none.yaml"),
            folder.resolve("none"),
            (config, supervised) -> {},
            _ -> new CheckupReport(Instant.EPOCH, List.of()),
            (_, _, _) -> List.of(),
            new FakeItself());
    return new Cli(product, terminal, time).run(words);
  }
}

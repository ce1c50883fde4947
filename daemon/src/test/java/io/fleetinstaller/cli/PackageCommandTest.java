package io.fleetinstaller.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.registry.Inspection;
import io.fleetinstaller.registry.RealServers;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.registry.Traffic;
import io.fleetinstaller.report.CheckupReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The verbs of whoever makes packages, from the command line. */
@Timeout(60)
class PackageCommandTest {
  @TempDir private Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void fill() throws IOException {
    Path program = Files.createDirectories(folder.resolve("agent/bin")).resolve("agent");
    Files.writeString(program, "#!/bin/sh\n");
    Files.writeString(
        folder.resolve("agent.yaml"),
        """
        formatVersion: 1
        name: agent
        version: 1.10
        platform: {os: linux, architecture: amd64}
        services: [{name: agent, command: {argv: [bin/agent]}}]
        """);
  }

  @Test
  void a_package_is_built_and_inspected() {
    int built = run(build());
    String said = text();
    int inspected = run("package", "inspect", layout() + ":1.10");

    assertThat(built).isZero();
    assertThat(said)
        .startsWith("agent 1.10 linux/amd64 in " + layout() + ":1.10")
        .contains("pin this one");
    assertThat(inspected).isZero();
    assertThat(text())
        .contains("agent 1.10", "10 B in 2 entries", "\"argv\" : [")
        .contains("2 entries, 1 chunks in 1 frames; table of ");
  }

  @Test
  void scripts_read_json() throws Exception {
    run(build("--json"));
    Document built = json();
    run("package", "inspect", layout(), "--json");
    Document seen = json();

    assertThat(seen.text("digest")).isEqualTo(built.text("digest"));
    assertThat(built.number("entries", 0, 10)).isEqualTo(2);
    Document platform = seen.objects("platforms").getFirst();
    assertThat(platform.object("descriptor").text("version")).isEqualTo("1.10");
    assertThat(platform.objects("layers").getFirst().object("contents").number("entries", 0, 9))
        .isEqualTo(2);
  }

  @Test
  void the_time_of_entries_comes_from_the_environment() throws Exception {
    run(build("--json"));
    String usual = json().text("digest");
    environment.put("SOURCE_DATE_EPOCH", "1700000000");
    run(build("--json"));
    String dated = json().text("digest");

    environment.put("SOURCE_DATE_EPOCH", "yesterday");
    int refused = run(build());

    assertThat(dated).isNotEqualTo(usual);
    assertThat(refused).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("SOURCE_DATE_EPOCH");
  }

  @Test
  void what_was_built_is_pushed_to_a_registry() throws Exception {
    run(build("--json"));
    String digest = json().text("digest");

    try (RealServers servers = new RealServers(folder.resolve("servers")).withRegistry()) {
      String there = "127.0.0.1:" + servers.plain + "/agents/agent";
      int pushed = run("package", "push", layout(), there + ":1.10", "--json");
      String reference = json().text("reference");
      int inspected = run("package", "inspect", there + ":1.10", "--json");

      assertThat(pushed).isZero();
      assertThat(reference).isEqualTo("http://" + there + "@" + digest);
      assertThat(inspected).isZero();
      assertThat(json().text("digest")).isEqualTo(digest);
    }
  }

  @Test
  void what_makes_no_sense_is_refused_or_a_usage_error() {
    int backwards = run("package", "push", "localhost:1/x", layout());
    int noReference = run("package", "inspect", "https://UPPER CASE/");
    int noOwner = run(build("--owner", "bin=Bad Name"));
    int noDescriptor = run("package", "build", folder.toString());
    int noVerb = run("package");

    assertThat(List.of(backwards, noReference, noOwner)).containsOnly(2);
    assertThat(List.of(noDescriptor, noVerb)).containsOnly(1);
  }

  private String[] build(String... more) {
    List<String> arguments =
        new java.util.ArrayList<>(
            List.of(
                "package",
                "build",
                folder.resolve("agent").toString(),
                "--descriptor",
                folder.resolve("agent.yaml").toString(),
                "--output",
                layout()));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private String layout() {
    return folder.resolve("layout").toString();
  }

  @Test
  void a_delta_is_made_in_a_layout_and_pushed_with_its_package() throws Exception {
    buildBoth();
    int made = run("package", "delta", layout() + ":1.10", layout() + ":1.11");
    String said = text();

    try (RealServers servers = new RealServers(folder.resolve("servers")).withRegistry()) {
      String there = "http://127.0.0.1:" + servers.plain + "/agents/agent";
      run("package", "push", layout() + ":1.11", there + ":1.11");
      run("package", "push", layout() + ":1.11", there + ":1.11");

      assertThat(made).isZero();
      assertThat(said).contains("1.10 to ", "linux/amd64", "1 patched, 0 whole", " instead of ");
      assertThat(deltas(there)).hasSize(1);
    }
  }

  @Test
  void a_delta_is_made_in_a_registry_that_knows_no_referrers() throws Exception {
    buildBoth();

    try (RealServers servers = new RealServers(folder.resolve("servers")).withRegistry()) {
      String there = "http://127.0.0.1:" + servers.plain + "/agents/agent";
      run("package", "push", layout() + ":1.10", there + ":1.10");
      run("package", "push", layout() + ":1.11", there + ":1.11");
      int made = run("package", "delta", there + ":1.10", there + ":1.11", "--json");
      Document delta = json("{\"deltas\":" + text() + "}").objects("deltas").getFirst();
      int again = run("package", "delta", there + ":1.10", there + ":1.11");
      run("package", "inspect", there + ":1.11");

      assertThat(text()).containsPattern("delta +from sha256:[0-9a-f]{64} +[0-9.]+ (B|KiB)");
      assertThat(made).isZero();
      assertThat(again).isZero();
      assertThat(deltas(there)).containsExactly(delta.text("delta"));
      assertThat(delta.number("patched", 0, 9)).isEqualTo(1);
      assertThat(delta.number("size", 0, 2000)).isPositive();
    }
  }

  @Test
  void a_delta_to_a_release_of_another_package_is_refused() throws Exception {
    run(build());
    Path descriptor = folder.resolve("agent.yaml");
    Files.writeString(
        descriptor, Files.readString(descriptor).replace("name: agent\n", "name: other\n"));
    run(build("--tag", "other"));

    int refused = run("package", "delta", layout() + ":1.10", layout() + ":other");

    assertThat(refused).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("they are different packages");
  }

  /** Versions 1.10 and 1.11, whose one program differs a little. */
  private void buildBoth() throws IOException {
    byte[] program = new byte[100_000];
    new Random(1).nextBytes(program);
    Files.write(folder.resolve("agent/bin/agent"), program);
    run(build());
    program[1]++;
    Files.write(folder.resolve("agent/bin/agent"), program);
    Path descriptor = folder.resolve("agent.yaml");
    Files.writeString(descriptor, Files.readString(descriptor).replace("1.10", "1.11"));
    run(build());
  }

  private static List<String> deltas(String repository) throws Exception {
    RegistrySettings settings = RegistrySettings.of(List.of(repository));
    Reference reference = Reference.parse(repository + ":1.11");
    Inspection seen =
        Inspection.of(reference, RegistrySettings.NONE, new SystemTime(), new Random(1));
    try (Registry registry = new Registry(settings, new SystemTime(), new Random(1))) {
      return registry.deltas(seen.images().getFirst(), Traffic.UNNOTED).stream()
          .map(delta -> delta.manifest().toString())
          .toList();
    }
  }

  private int run(String... arguments) {
    out = new ByteArrayOutputStream();
    Product product =
        new Product(
            folder.resolve("none.yaml"),
            folder.resolve("none"),
            (config, supervised) -> {},
            _ -> new CheckupReport(Instant.EPOCH, List.of()),
            (_, _, _) -> List.of(),
            new FakeItself());
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            environment);
    return new Cli(product, terminal, new SystemTime()).run(arguments);
  }

  private String text() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private Document json() throws Exception {
    return json(text());
  }

  private static Document json(String text) throws Exception {
    return Document.json("output", text.getBytes(StandardCharsets.UTF_8));
  }
}

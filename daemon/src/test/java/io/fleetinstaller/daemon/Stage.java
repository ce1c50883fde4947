package io.fleetinstaller.daemon;

import static io.fleetinstaller.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.Client;
import io.fleetinstaller.api.Command;
import io.fleetinstaller.api.Verb;
import io.fleetinstaller.host.FakeHost;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Effects;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.Memory;
import io.fleetinstaller.packages.Build;
import io.fleetinstaller.packages.Ownership;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * A whole daemon on a fake host and a fake clock, with real slots, journals, layouts and a real
 * socket.
 */
@SuppressWarnings("try")
final class Stage implements AutoCloseable {
  static final PackageName AGENT = new PackageName("agent");

  final FakeTime time = new FakeTime();
  final FakeHost host = new FakeHost(time);
  final Path folder;
  Effects effects = Effects.real();
  Memory memory = Memory.KEPT;
  Map<String, String> environment = Map.of();
  private final RandomGenerator chance = new Random(7);
  private Thread thread = new Thread(() -> {});
  private CompletableFuture<Optional<Exception>> ended = new CompletableFuture<>();

  Stage(Path folder) throws IOException {
    this.folder = folder;
    Files.writeString(
        folder.resolve("installer.yaml"),
        """
        source: {file: %1$s/desired.yaml}
        registry: {repositories: ["file:%1$s/layouts/{package}"]}
        paths: {packages: %1$s/packages, state: %1$s/state, socket: %1$s/sock, trustRoot: %1$s/root.json, datadogConfig: %1$s/datadog.yaml}
        disk: {reserve: 0}
        """
            .formatted(folder));
    desire();
  }

  /** Follows signed config, with these further settings. */
  Stage follow(Path site, Path root, String more) throws IOException {
    Files.writeString(
        folder.resolve("installer.yaml"),
        """
        source: {url: "file:%2$s"}
        poll: {holdOff: 0s}
        groups: [all]
        registry: {repositories: ["file:%1$s/layouts/{package}"]}
        paths: {packages: %1$s/packages, state: %1$s/state, socket: %1$s/sock, trustRoot: %3$s, datadogConfig: %1$s/datadog.yaml}
        disk: {reserve: 0}
        %4$s
        """
            .formatted(folder, site, root, more));
    return this;
  }

  Path layout() {
    return folder.resolve("layouts/agent");
  }

  Document status() throws Exception {
    return Document.json("status", bytes(client().get("/v1/status")));
  }

  /** Everything that status complains about, in one text. */
  String problems() throws Exception {
    StringBuilder text = new StringBuilder();
    for (Document problem : status().objects("problems")) {
      text.append(problem.text("sentence")).append('\n');
    }
    return text.toString();
  }

  /** What doctor finds wrong, in one text. */
  String complaints() throws Exception {
    StringBuilder text = new StringBuilder();
    for (Document check :
        Document.json("doctor", bytes(client().get("/v1/doctor"))).objects("checks")) {
      if (!check.text("level").equals("ok")) {
        text.append(check.text("finding")).append('\n');
      }
    }
    return text.toString();
  }

  /** Builds a release of the agent into the layout. */
  Release release(String version) throws IOException, Fault {
    return release(AGENT, version, version);
  }

  /**
   * Builds a release of any package into its layout.
   *
   * @param content tells releases of one version apart
   */
  Release release(PackageName name, String version, String content) throws IOException, Fault {
    return release(name, version, content, "");
  }

  /**
   * The same with more keys in the descriptor.
   *
   * @param more each with a comma behind it
   */
  Release release(PackageName name, String version, String content, String more)
      throws IOException, Fault {
    Path source = Files.createDirectories(folder.resolve("source-" + content).resolve("bin"));
    Files.writeString(source.resolve("agent"), "agent " + content);
    Path descriptor = folder.resolve(content + ".yaml");
    Platform platform = Platform.ofThisHost();
    Files.writeString(
        descriptor,
        """
        {formatVersion: 1, name: %s, version: "%s", %5$s
         platform: {os: %s, architecture: %s},
         services: [{name: %1$s.service, command: {argv: [bin/agent]}}],
         health: {startPeriod: 1s, interval: 1s, stableFor: 5s, deadline: 30s}}
        """
            .formatted(name, version, platform.os(), platform.architecture(), more));
    Build.Built built =
        new Build(
                source.getParent(),
                descriptor,
                folder.resolve("layouts").resolve(name.value()),
                content,
                Ownership.ROOT,
                Instant.EPOCH,
                3)
            .run();
    return new Release(name, built.descriptor().version(), built.top());
  }

  /** Puts a repository before the real one that has every layer, and has it wrong. */
  void liar() throws Exception {
    Path settings = folder.resolve("installer.yaml");
    String mirror = "[\"file:%s/lies/{package}\", ".formatted(folder);
    Files.writeString(
        settings, Files.readString(settings).replace("repositories: [", "repositories: " + mirror));
    Path blobs = Files.createDirectories(folder.resolve("lies/agent/blobs/sha256"));
    Files.writeString(
        blobs.getParent().resolveSibling("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    try (var good = Files.list(folder.resolve("layouts/agent/blobs/sha256"))) {
      for (Path blob : good.toList()) {
        byte[] bytes = Files.readAllBytes(blob);
        if (bytes[0] != '{') {
          bytes[bytes.length - 1] = (byte) ~bytes[bytes.length - 1];
        }
        Files.write(blobs.resolve(blob.getFileName().toString()), bytes);
      }
    }
  }

  /** Writes the desired file: these releases and nothing else. */
  void desire(Release... releases) throws IOException {
    List<String> lines = new ArrayList<>(List.of("packages:"));
    for (Release release : releases) {
      lines.add(
          "  - {name: %s, version: \"%s\", digest: \"%s\"}"
              .formatted(release.name(), release.version(), release.digest()));
    }
    write(releases.length == 0 ? "packages: []\n" : String.join("\n", lines) + "\n");
  }

  void write(String desired) throws IOException {
    Path next = folder.resolve("desired.next");
    Files.writeString(next, desired);
    Files.setPosixFilePermissions(
        next, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
    Files.move(next, folder.resolve("desired.yaml"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }

  Stage start() throws Exception {
    Assembly assembly = assembly();
    ended = new CompletableFuture<>();
    CompletableFuture<Optional<Exception>> end = ended;
    thread = new Thread(() -> end.complete(run(assembly)), "daemon under test");
    thread.start();
    eventually("it listens", () -> Files.exists(folder.resolve("sock")) || end.isDone());
    return this;
  }

  Assembly assembly() throws Fault {
    return new Assembly(settings(), false, kind(), outside());
  }

  Path settings() {
    return folder.resolve("installer.yaml");
  }

  Assembly.HostKind kind() {
    return new Assembly.HostKind("fake", _ -> host);
  }

  Assembly.Outside outside() {
    return new Assembly.Outside(time, chance, environment, effects, memory);
  }

  /** Waits until the daemon has ended by itself. */
  void awaitEnd() throws Exception {
    assertThat(ended.get(15, TimeUnit.SECONDS)).isEmpty();
    thread.join();
  }

  /** Waits until the daemon has died of something. */
  void awaitDeath() throws Exception {
    assertThat(ended.get(15, TimeUnit.SECONDS)).isPresent();
    thread.join();
  }

  private static Optional<Exception> run(Assembly assembly) {
    try {
      assembly.run();
      return Optional.empty();
    } catch (InterruptedException _) {
      return Optional.empty();
    } catch (Exception e) {
      return Optional.of(e);
    }
  }

  /** Has the daemon do what is due, and returns how the job ended. */
  Document poll() throws Exception {
    return order(Verb.POLL, Optional.empty(), Optional.empty());
  }

  Document order(Verb verb) throws Exception {
    return order(verb, Optional.of(AGENT), Optional.empty());
  }

  /** Asks for it and does not wait; what is asked for after that comes after that. */
  void request(Verb verb) {
    request(verb, AGENT);
  }

  /** The same of another package. */
  void request(Verb verb, PackageName name) {
    try {
      client().submit(command(verb, Optional.of(name), Optional.empty()), "");
    } catch (Fault fault) {
      throw new IllegalStateException(fault);
    }
  }

  private static Command command(Verb verb, Optional<PackageName> name, Optional<Digest> digest) {
    return new Command(verb, name, Optional.empty(), digest, "", Optional.empty(), "ann");
  }

  Document order(Verb verb, Optional<PackageName> name, Optional<Digest> digest) throws Exception {
    String id = client().submit(command(verb, name, digest), "");
    long seen = 0;
    while (true) {
      Document job = Document.json("job", bytes(client().job(id, seen)));
      if (job.has("end")) {
        return job.object("end");
      }
      seen = job.number("seq", 0, Long.MAX_VALUE);
    }
  }

  /** What explain says of the agent. */
  Document explain() throws Exception {
    return explain(AGENT);
  }

  Document explain(PackageName name) throws Exception {
    return explanation(name).object("package");
  }

  /** All that is answered to explain of the agent. */
  Document explanation() throws Exception {
    return explanation(AGENT);
  }

  private Document explanation(PackageName name) throws Exception {
    return Document.json("explain", bytes(client().get("/v1/packages/" + name)));
  }

  /** Why the attempts with the agent that ended otherwise than they should did, by their codes. */
  List<String> whys() throws Exception {
    List<String> codes = new ArrayList<>();
    for (Document end :
        Document.json("history", bytes(client().get("/v1/history"))).objects("upgrades")) {
      if (end.text("package").equals(AGENT.value()) && end.has("reason")) {
        codes.add(end.object("reason").text("code"));
      }
    }
    return codes;
  }

  /** What plan says would be done to the agent. */
  Document plan() throws Exception {
    for (Document outlook :
        Document.json("plan", bytes(client().get("/v1/plan"))).objects("outlooks")) {
      if (outlook.text("package").equals(AGENT.value())) {
        return outlook;
      }
    }
    throw new AssertionError("plan says nothing of " + AGENT);
  }

  String current() throws Exception {
    return explain().object("current").text("version");
  }

  /** As if a staging had been interrupted. */
  void begun() throws IOException {
    Path notes =
        Files.createDirectories(
            folder.resolve("packages/agent/.begun/9-0123456789ab/.fleet-installer"));
    Files.writeString(notes.resolve("contents"), "contents 1\n");
  }

  List<String> folders() throws IOException {
    try (var children = Files.list(folder.resolve("packages/agent"))) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    }
  }

  private Client client() {
    return new Client(folder.resolve("sock"));
  }

  private static byte[] bytes(Object answer) {
    return answer instanceof byte[] raw
        ? raw
        : answer.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  /** Stops the daemon as SIGTERM would. */
  @Override
  public void close() throws Exception {
    thread.interrupt();
    thread.join();
    if (ended.isDone()) {
      assertThat(ended.get(1, TimeUnit.SECONDS)).isEmpty();
    }
  }
}

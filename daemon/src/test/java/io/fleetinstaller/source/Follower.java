package io.fleetinstaller.source;

import io.fleetinstaller.http.Connections;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.trust.FakeRepository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A host that follows a repository with one catalog and one deployment, over a web server that
 * serves what was published last.
 */
final class Follower implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  static final String CATALOG = "catalog/stable/agent.json";
  static final String DEPLOYMENT = "deployments/prod/agent.json";

  final FakeRepository repository = new FakeRepository();
  final WebServer server = new WebServer();
  final AuditLog audit = new AuditLog();
  final FakeTime time = new FakeTime();
  final List<String> mirrors = new ArrayList<>();
  final SortedSet<String> groups = new TreeSet<>(List.of("prod"));
  final Path folder;
  Disk disk = new DurableDisk();
  Rhythm rhythm = Rhythm.DEFAULT;
  Duration perLook = Duration.ZERO;
  private SignedSource source;

  Follower(Path folder) {
    this.folder = folder;
    time.jump(NOW);
    server.start();
    mirrors.add(server.url());
    repository.target("targets", CATALOG, "the catalog");
    repository.target("targets", DEPLOYMENT, "the deployment");
    repository.target("targets", "catalog/nightly/agent.json", "not for this host");
    publish();
    write(root(), repository.files.get("metadata/1.root.json"));
  }

  Path root() {
    return folder.resolve("root.json");
  }

  Path state() {
    return folder.resolve("state");
  }

  /** A host that has polled once, and then been left alone for a minute. */
  Follower settled() throws InterruptedException {
    source().stored();
    source().poll();
    time.pass(Duration.ofMinutes(1));
    audit.forget();
    server.forgetRequests();
    return this;
  }

  SignedSource source() {
    if (source == null) {
      source = new SignedSource(settings(), site());
    }
    return source;
  }

  /** The daemon starts again; what it knew only in memory is gone. */
  SourceState restarted() throws InterruptedException {
    source().close();
    source = null;
    return source().stored();
  }

  SourceState poll() throws InterruptedException {
    return source().poll();
  }

  /** Signs new versions of all but the root, and serves them. */
  void publish() {
    repository.publishAll();
    server.serve(repository.files);
  }

  /** From now on the repository is a folder, which is faster than a server. */
  void carried(Path published) {
    mirrors.set(0, "file:" + published);
    repository.files.forEach((path, bytes) -> write(published.resolve(path), bytes));
  }

  /** Publishes another deployment. */
  void deploy(String text) {
    repository.target("targets", DEPLOYMENT, text);
    publish();
  }

  /** All that is kept, byte for byte. */
  Map<String, String> kept() {
    return contents(state());
  }

  /** The names of the files that differ from then. */
  List<String> changedSince(Map<String, String> then) {
    Map<String, String> now = kept();
    return Stream.concat(then.keySet().stream(), now.keySet().stream())
        .distinct()
        .filter(name -> !String.valueOf(then.get(name)).equals(now.get(name)))
        .sorted()
        .toList();
  }

  static SortedMap<String, String> texts(Config config) {
    SortedMap<String, String> texts = new TreeMap<>();
    config
        .documents()
        .forEach((path, bytes) -> texts.put(path, new String(bytes, StandardCharsets.UTF_8)));
    return texts;
  }

  private SourceSettings settings() {
    return new SourceSettings(
        mirrors, root(), new TreeSet<>(List.of("stable")), groups, rhythm, Connections.DEFAULT);
  }

  private Site site() {
    return new Site(state(), disk, new Hasty(), new Random(1), Map.of());
  }

  static void write(Path file, byte[] bytes) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> contents(Path folder) {
    try (Stream<Path> files = Files.exists(folder) ? Files.walk(folder) : Stream.empty()) {
      return files
          .filter(Files::isRegularFile)
          .collect(
              Collectors.toMap(
                  file -> folder.relativize(file).toString(),
                  file -> read(file),
                  (one, other) -> one,
                  TreeMap::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    source().close();
    server.close();
    audit.close();
  }

  /** The time of the test; some passes at each look at it, if a test says so. */
  private final class Hasty implements Time {
    @Override
    public Instant now() {
      return time.now();
    }

    @Override
    public Duration elapsed() {
      time.pass(perLook);
      return time.elapsed();
    }

    @Override
    public void sleep(Duration duration) {
      throw new AssertionError("a source does not sleep");
    }
  }
}

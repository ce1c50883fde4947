package io.fleetinstaller.repo;

import io.fleetinstaller.desired.Deployment;
import io.fleetinstaller.http.Connections;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.packages.Build;
import io.fleetinstaller.packages.Ownership;
import io.fleetinstaller.registry.Inspection;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** A desk with a working folder, a clock, a passphrase and small packages to publish. */
final class Workshop {
  static final String PASSPHRASE = "sesame";

  final FakeTime time = new FakeTime();
  final Path folder;
  Disk disk = new DurableDisk();
  String passphrase = PASSPHRASE;
  List<Path> keys = new ArrayList<>();
  Map<String, Inspection> seen = new HashMap<>();

  Workshop(Path folder) {
    this.folder = folder;
  }

  /** A repository that is made and published. */
  static Workshop open(Path folder) throws Fault, InterruptedException {
    Workshop workshop = new Workshop(folder);
    new Initiation(workshop.place()).init(Initiation.Wish.USUAL);
    workshop.publish();
    return workshop;
  }

  Workplace place() {
    return new Workplace(
        new Folder(disk, folder), time.now(), new Holder(known(passphrase), keys), new KeyFile(10));
  }

  static Passphrases known(String passphrase) {
    return new Passphrases() {
      @Override
      public Optional<String> of(String key, int attempt) {
        return attempt == 0 ? Optional.of(passphrase) : Optional.empty();
      }

      @Override
      public String fresh(String key) {
        return passphrase;
      }
    };
  }

  Outcome publish() throws Fault, InterruptedException {
    return new Publication(place()).publish(false, false);
  }

  Outcome sign() throws Fault {
    return new Signing(place()).sign(List.of());
  }

  Outcome signAndPublish() throws Fault, InterruptedException {
    sign();
    return publish();
  }

  /** A key in a folder of its own, as somebody else would make it; tells its public half. */
  PublicPart key(Path secret, Scheme scheme) throws Fault {
    Path parent = Optional.ofNullable(secret.getParent()).orElseThrow();
    Holder holder = new Holder(known(passphrase), List.of());
    String name = secret.getFileName().toString().replace(".pem", "");
    return new Keyring(new Folder(disk, parent), holder, new KeyFile(10))
        .generate(name, scheme, false);
  }

  Outcome add(String channel, String version) throws Exception {
    return new Adding(place()).add(channel, seen(version), "");
  }

  /** What inspecting a small package shows. */
  Inspection seen(String version) throws Exception {
    Inspection known = seen.get(version);
    if (known != null) {
      return known;
    }
    Inspection fresh = built(version);
    seen.put(version, fresh);
    return fresh;
  }

  private Inspection built(String version) throws Exception {
    Path work = folder.resolveSibling("packages");
    Path directory = Files.createDirectories(work.resolve("agent-" + version));
    Files.writeString(directory.resolve("agent"), version);
    Path descriptor = work.resolve("agent.yaml");
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
    Path layout = work.resolve("layout-" + version);
    new Build(directory, descriptor, layout, "", Ownership.parse(Map.of()), Instant.EPOCH, 3).run();
    RegistrySettings settings = new RegistrySettings(List.of(), null, Connections.DEFAULT);
    return Inspection.of(
        Reference.parse(layout.toString()), settings, time, new SplittableRandom(1));
  }

  Outcome deploy(String group, String version) throws Fault {
    Deploying deploying = new Deploying(place());
    return deploying.deploy(group, deployment("agent-" + version, version, digest(version)));
  }

  private String digest(String version) throws Fault {
    return new Deploying(place())
        .digest(
            new io.fleetinstaller.release.PackageName("agent"),
            new io.fleetinstaller.release.Version(version))
        .toString();
  }

  static Deployment deployment(String id, String version, String digest) throws Fault {
    String text =
        """
        {"id": "%s", "package": "agent", "version": "%s", "digest": "%s", "by": "olga"}
        """
            .formatted(id, version, digest);
    return Deployment.of(Document.json("the deployment", text.getBytes(StandardCharsets.UTF_8)));
  }

  /** The working folder as it is shared: without the private halves of keys. */
  Workshop shared(Path other) throws IOException {
    copy(folder, other, ".pem");
    Workshop workshop = new Workshop(other);
    workshop.time.jump(time.now());
    return workshop;
  }

  /** Takes over what somebody drafted in her copy. */
  void takeDrafts(Workshop other) throws IOException {
    copy(other.folder.resolve("draft"), folder.resolve("draft"), ".pem");
  }

  /** All of it, secrets too. */
  void copy(Path other) throws IOException {
    copy(folder, other, "?");
  }

  private static void copy(Path from, Path to, String but) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else if (!path.toString().endsWith(but)) {
          Files.write(target, Files.readAllBytes(path));
        }
      }
    }
  }

  Path published(String name) {
    return folder.resolve("public").resolve(name);
  }
}

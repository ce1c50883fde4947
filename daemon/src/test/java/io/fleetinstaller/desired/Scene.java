package io.fleetinstaller.desired;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A host, its policy and the documents it reads, as text with single quotes. Package {@code agent},
 * channels {@code stable} and {@code early}, groups {@code prod} and {@code canary}.
 */
final class Scene {
  static final PackageName AGENT = new PackageName("agent");

  /** A Saturday. */
  static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private final SortedMap<String, byte[]> documents = new TreeMap<>();
  private final Map<PackageName, Release> running = new HashMap<>();
  private final SortedMap<String, Set<String>> tags = new TreeMap<>();
  private HostPolicy policy = HostPolicy.NONE;
  private RemoteUpdates remote = new RemoteUpdates(true, "a test", Optional.empty());
  private String host = "host-1";
  private String name = "web-7.example.org";
  private Platform platform = new Platform("linux", "amd64");
  private String installer = "1.2.0";
  private Instant now = NOON;

  /** A scene whose catalog holds version 1 (digest aaa…), 2 (bbb…) and 3 (ccc…). */
  static Scene usual() {
    return new Scene()
        .catalog(
            "stable",
            release("1", 'a', "2026-11-01T00:00:00Z"),
            release("2", 'b', "2026-11-10T00:00:00Z"),
            release("3", 'c', "2026-11-20T00:00:00Z"));
  }

  static String release(String version, char digit, String published) {
    return "{'version':'%s','digest':'%s','published':'%s','platforms':[{'os':'linux','architecture':'amd64','digest':'%s','size':500}]}"
        .formatted(version, digest(digit), published, digest('f'));
  }

  static String catalogText(String name, String... releases) {
    return "{'formatVersion':1,'package':'%s','releases':[%s]}"
        .formatted(name, String.join(",", releases));
  }

  /** What each deployment of these tests begins with. */
  static String exactly(String id, String version, char digit) {
    return "'id':'%s','package':'agent','by':'ann','version':'%s','digest':'%s'"
        .formatted(id, version, digest(digit));
  }

  static String following(String id, String range) {
    return "'id':'%s','package':'agent','by':'ann','follow':{'channel':'stable','range':'%s'}"
        .formatted(id, range);
  }

  static Digest digest(char digit) {
    return new Digest(String.valueOf(digit).repeat(64));
  }

  static Release agent(String version, char digit) {
    return new Release(AGENT, new Version(version), digest(digit));
  }

  Scene catalog(String channel, String... releases) {
    return document("catalog/" + channel + "/agent.json", catalogText("agent", releases));
  }

  /** The deployments of the agent in group prod, each without its braces. */
  Scene deployments(String... deployments) {
    return deployments("prod", AGENT, deployments);
  }

  Scene deployments(String group, PackageName of, String... deployments) {
    return document(
        Deployments.path(group, of),
        deployments.length == 0
            ? "{'formatVersion':1,'deployments':[]}"
            : "{'formatVersion':1,'deployments':[{" + String.join("},{", deployments) + "}]}");
  }

  Scene document(String path, String text) {
    documents.put(path, bytes(text));
    return this;
  }

  Scene running(Release release) {
    running.put(release.name(), release);
    return this;
  }

  Scene tag(String key, String... values) {
    tags.put(key, Set.of(values));
    return this;
  }

  Scene policy(String yaml) throws Refused {
    policy = HostPolicy.of(Document.yaml("installer.yaml", bytes(yaml)));
    return this;
  }

  Scene remote(RemoteUpdates updates) {
    remote = updates;
    return this;
  }

  Scene host(String id) {
    host = id;
    return this;
  }

  Scene on(String os, String architecture) {
    platform = new Platform(os, architecture);
    return this;
  }

  Scene installer(String version) {
    installer = version;
    return this;
  }

  Scene at(String instant) {
    now = Instant.parse(instant);
    return this;
  }

  static byte[] bytes(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  RemoteConfig config() {
    return RemoteConfig.of(documents, Set.of("stable", "early"), Set.of("prod", "canary"));
  }

  SortedMap<PackageName, Desired> wishes() {
    HostFacts facts = new HostFacts(host, name, platform, tags, new Version(installer));
    return Wanted.of(config(), new Circumstances(facts, policy, remote, running, now));
  }

  Desired wish() {
    return wishes().get(AGENT);
  }

  /** The reason of a wish that waits or is left, e.g. {@code wave}; else what it is. */
  String outcome() {
    return outcome(wish());
  }

  static String outcome(Desired desired) {
    return switch (desired.want()) {
      case Desired.Run(Release release, _) -> "run " + release.version();
      case Desired.Absent() -> "absent";
      case Desired.Leave(Reason why) -> "leave " + why.code().text();
      case Desired.Later(_, Reason why, Optional<Instant> until) ->
          why.code().text() + until.map(at -> " until " + at).orElse("");
    };
  }

  Reason why() {
    return switch (wish().want()) {
      case Desired.Leave(Reason why) -> why;
      case Desired.Later(_, Reason why, _) -> why;
      case Desired.Run _, Desired.Absent _ -> new Reason(ReasonCode.ASKED_FOR, "it may go");
    };
  }
}

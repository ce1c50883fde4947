package io.fleetinstaller.trust;

import io.fleetinstaller.io.Tree;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A repository in memory that signs whatever a test tells it to, right or wrong. What is published
 * stays, as on a real mirror, until a test takes it away.
 */
public final class FakeRepository implements Remote {
  public final Map<String, byte[]> files = new HashMap<>();
  public final List<String> requests = new ArrayList<>();
  public final Map<String, Long> caps = new HashMap<>();

  /** Who signs which role, and who may. */
  public final Map<String, List<TestKey>> keys = new HashMap<>();

  public final Map<String, List<TestKey>> signers = new HashMap<>();
  public final Map<String, Integer> thresholds = new HashMap<>();
  public final Map<String, Long> versions = new HashMap<>();
  public final Map<String, String> expires = new HashMap<>();
  public final Map<String, Map<String, Tree>> targets = new HashMap<>();
  public final Map<String, List<Tree.Members>> delegations = new LinkedHashMap<>();
  public final Map<String, byte[]> raw = new HashMap<>();
  public boolean consistent = true;
  public boolean hashes = true;

  /** Changes what is signed, by role. */
  public final Map<String, UnaryOperator<Tree.Members>> change = new HashMap<>();

  private final Map<String, Tree> meta = new LinkedHashMap<>();

  /** Four keys, one for each top role, and a first version of everything. */
  public FakeRepository() {
    for (String role : List.of("root", "timestamp", "snapshot", "targets")) {
      key(role, TestKey.ed25519());
    }
    targets.put("targets", new LinkedHashMap<>());
    publish("root", "targets", "snapshot", "timestamp");
  }

  /** Gives a role one more key, which from now on signs it. */
  public void key(String role, TestKey key) {
    keys.computeIfAbsent(role, _ -> new ArrayList<>()).add(key);
    signers.computeIfAbsent(role, _ -> new ArrayList<>()).add(key);
  }

  /** Takes all keys of a role away and gives it one new. */
  public void rotate(String role) {
    keys.get(role).clear();
    signers.get(role).clear();
    key(role, TestKey.ed25519());
  }

  public void target(String role, String path, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    String hash = Hashes.hex("sha256", bytes);
    targets
        .computeIfAbsent(role, _ -> new LinkedHashMap<>())
        .put(path, Trees.object("length", bytes.length, "hashes", Trees.object("sha256", hash)));
    int name = path.lastIndexOf('/') + 1;
    files.put("targets/" + path.substring(0, name) + hash + "." + path.substring(name), bytes);
    files.put("targets/" + path, bytes);
  }

  /** Lets one role trust another, with a key of its own, with these paths. */
  public void delegate(String from, String to, boolean terminating, String... paths) {
    if (!keys.containsKey(to)) {
      key(to, TestKey.ed25519());
    }
    delegate(
        from,
        Trees.object(
            "name", to,
            "keyids", keys.get(to).stream().map(TestKey::id).toList(),
            "threshold", thresholds.getOrDefault(to, 1),
            "terminating", terminating,
            "paths", List.of(paths)));
    targets.computeIfAbsent(to, _ -> new LinkedHashMap<>());
  }

  public void delegate(String from, Tree.Members delegation) {
    delegations.computeIfAbsent(from, _ -> new ArrayList<>()).add(delegation);
  }

  /** Publishes the next versions, in this order. */
  public void publish(String... roles) {
    for (String role : roles) {
      versions.merge(role, 1L, Long::sum);
      again(role);
    }
  }

  /** Publishes the same versions once more. */
  public void again(String... roles) {
    for (String role : roles) {
      byte[] bytes = sign(role, change.getOrDefault(role, same -> same).apply(signed(role)));
      raw.put(role, bytes);
      announce(role, bytes);
      files.put(path(role, versions.get(role)), bytes);
      files.put("metadata/" + Names.quoted(role) + ".json", bytes);
    }
  }

  /** Targets of all roles, snapshot and timestamp. */
  public void publishAll() {
    Set<String> roles = new LinkedHashSet<>(targets.keySet());
    roles.addAll(List.of("snapshot", "timestamp"));
    publish(roles.toArray(String[]::new));
  }

  static String path(String role, long version) {
    return role.equals("timestamp")
        ? "metadata/timestamp.json"
        : "metadata/%d.%s.json".formatted(version, Names.quoted(role));
  }

  /** Signs any object with the keys that sign this role. */
  byte[] sign(String role, Tree.Members signed) {
    byte[] canonical = CanonicalJson.encode(signed);
    List<Tree> signatures = new ArrayList<>();
    for (TestKey key : signers.get(role)) {
      signatures.add(
          Trees.object("keyid", key.id(), "sig", HexFormat.of().formatHex(key.sign(canonical))));
    }
    return Trees.json(Trees.object("signatures", signatures, "signed", signed));
  }

  /** What this role would sign now. */
  Tree.Members signed(String role) {
    String type = Root.isTop(role) ? role : "targets";
    Tree.Members common =
        Trees.object(
            "_type",
            type,
            "spec_version",
            "1.0.31",
            "version",
            versions.get(role),
            "expires",
            expires.getOrDefault(role, "2030-01-01T00:00:00Z"));
    return switch (type) {
      case "root" -> root(common);
      case "timestamp" ->
          Trees.with(common, "meta", Trees.object("snapshot.json", meta.get("snapshot")));
      case "snapshot" -> Trees.with(common, "meta", listed());
      default -> targets(role, common);
    };
  }

  private Tree.Members root(Tree.Members common) {
    Map<String, Tree> published = new LinkedHashMap<>();
    Map<String, Tree> roles = new LinkedHashMap<>();
    for (String role : List.of("root", "timestamp", "snapshot", "targets")) {
      keys.get(role).forEach(key -> published.put(key.id(), key.published()));
      roles.put(
          role,
          Trees.object(
              "keyids", keys.get(role).stream().map(TestKey::id).toList(),
              "threshold", thresholds.getOrDefault(role, 1)));
    }
    Tree.Members with = Trees.with(common, "keys", published);
    return Trees.with(Trees.with(with, "roles", roles), "consistent_snapshot", consistent);
  }

  private Tree.Members listed() {
    Map<String, Tree> listed = new LinkedHashMap<>();
    meta.forEach((role, file) -> {
      if (targets.containsKey(role)) {
        listed.put(role + ".json", file);
      }
    });
    return Tree.Members.of(listed);
  }

  private Tree.Members targets(String role, Tree.Members common) {
    Tree.Members with = Trees.with(common, "targets", targets.get(role));
    if (!delegations.containsKey(role)) {
      return with;
    }
    Map<String, Tree> published = new LinkedHashMap<>();
    keys.forEach((name, all) -> all.forEach(key -> published.put(key.id(), key.published())));
    return Trees.with(
        with, "delegations", Trees.object("keys", published, "roles", delegations.get(role)));
  }

  private void announce(String role, byte[] bytes) {
    Tree.Members file = Trees.object("version", versions.get(role));
    meta.put(
        role,
        hashes
            ? Trees.with(
                Trees.with(file, "length", bytes.length),
                "hashes",
                Trees.object("sha256", Hashes.hex("sha256", bytes)))
            : file);
  }

  @Override
  public byte[] fetch(String path, long maxBytes) throws Fault {
    requests.add(path);
    caps.put(path, maxBytes);
    byte[] bytes = files.get(path);
    if (bytes == null) {
      throw new Fault.Refused(ReasonCode.NOT_FOUND, "cannot find " + path);
    }
    if (bytes.length > maxBytes) {
      throw new Fault.Refused(ReasonCode.TOO_LARGE, path + " is too large");
    }
    return bytes;
  }
}

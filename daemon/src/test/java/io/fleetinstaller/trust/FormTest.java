package io.fleetinstaller.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Tree;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Metadata that is rightly signed and still not what the specification allows. */
class FormTest {
  private static final Tree HASH = Trees.object("sha256", "00".repeat(32));
  private final FakeRepository repository = new FakeRepository();
  private final Client client = new Client(repository);

  static Stream<Arguments> malformed() {
    Tree target = Trees.object("length", 1, "hashes", HASH);
    return Stream.of(
        of("timestamp", "_type", null),
        of("timestamp", "_type", 1),
        of("timestamp", "spec_version", null),
        of("timestamp", "spec_version", "2.0.0"),
        of("timestamp", "spec_version", "1"),
        of("timestamp", "spec_version", "1.0.x"),
        of("timestamp", "spec_version", "1.0.31.1"),
        of("timestamp", "version", null),
        of("timestamp", "version", 0),
        of("timestamp", "version", -1),
        of("timestamp", "version", "1"),
        of("timestamp", "version", true),
        of("timestamp", "expires", null),
        of("timestamp", "expires", 1),
        of("timestamp", "expires", "2030-01-01T00:00:00"),
        of("timestamp", "expires", "2030-01-01T00:00:00.0Z"),
        of("timestamp", "expires", "2030-01-01T00:00:00+00:00"),
        of("timestamp", "expires", "2030-02-30T00:00:00Z"),
        of("timestamp", "expires", "2030-01-01T24:00:00Z"),
        of("timestamp", "expires", "2030-01-01t00:00:00z"),
        of("timestamp", "expires", "+12030-01-01T00:00:0Z"),
        of("timestamp", "expires", ""),
        of("timestamp", "meta", null),
        of("timestamp", "meta", List.of()),
        of("timestamp", "meta", Trees.object()),
        of("timestamp", "meta.snapshot.json", 1),
        of("timestamp", "meta.snapshot.json.version", null),
        of("timestamp", "meta.snapshot.json.version", 0),
        of("timestamp", "meta.snapshot.json.length", -1),
        of("timestamp", "meta.snapshot.json.length", "1"),
        of("timestamp", "meta.snapshot.json.hashes", 1),
        of("timestamp", "meta.snapshot.json.hashes", Trees.object()),
        of("timestamp", "meta.snapshot.json.hashes", Trees.object("md5", "00")),
        of("timestamp", "meta.snapshot.json.hashes", Trees.object("sha256", 1)),
        of("timestamp", "meta.snapshot.json.hashes", Map.of("sha256", "00", "x", 1)),
        of("snapshot", "_type", "timestamp"),
        of("snapshot", "meta", null),
        of("snapshot", "meta", Trees.object("targets.json", 1)),
        of("snapshot", "meta", Trees.object("targets.json", Trees.object("version", 0))),
        of("targets", "_type", "root"),
        of("targets", "targets", null),
        of("targets", "targets", List.of()),
        of("targets", "targets", Map.of("a", 1)),
        of("targets", "targets", Map.of("a", Trees.object("length", 1))),
        of("targets", "targets", Map.of("a", Trees.object("hashes", HASH))),
        of("targets", "targets", Map.of("a", Trees.object("length", -1, "hashes", HASH))),
        of("targets", "targets", Map.of("a", Trees.object("length", 1, "hashes", Map.of()))),
        of(
            "targets",
            "targets",
            Map.of("a", Trees.object("length", 1, "hashes", Map.of("md5", "00")))),
        of("targets", "targets", Map.of("a", Trees.with((Tree.Members) target, "custom", 1))),
        of("targets", "delegations", 1),
        of("targets", "delegations", Map.of("roles", List.of())),
        of("targets", "delegations", Map.of("keys", Map.of())),
        of("targets", "delegations", Map.of("keys", Map.of("a", 1), "roles", List.of())),
        of("targets", "delegations", roles(1)),
        of("targets", "delegations", roles(role("name", null))),
        of("targets", "delegations", roles(role("name", ""))),
        of("targets", "delegations", roles(role("name", "root"))),
        of("targets", "delegations", roles(role("name", "timestamp"))),
        of("targets", "delegations", roles(role("name", "snapshot"))),
        of("targets", "delegations", roles(role("name", "targets"))),
        of("targets", "delegations", roles(role("name", "x".repeat(201)))),
        of("targets", "delegations", roles(role("name", "?".repeat(67)))),
        of("targets", "delegations", roles(role("keyids", null))),
        of("targets", "delegations", roles(role("keyids", List.of(1)))),
        of("targets", "delegations", roles(role("keyids", List.of("a", "a")))),
        of("targets", "delegations", roles(role("threshold", 0))),
        of("targets", "delegations", roles(role("threshold", null))),
        of("targets", "delegations", roles(role("terminating", null))),
        of("targets", "delegations", roles(role("terminating", 1))),
        of("targets", "delegations", roles(role("paths", null))),
        of("targets", "delegations", roles(role("paths", "a"))),
        of("targets", "delegations", roles(role("paths", List.of("[ab]")))),
        of("targets", "delegations", roles(role("path_hash_prefixes", List.of("a")))),
        of("targets", "delegations", roles(role("name", "a"), role("name", "a"))),
        of("root", "_type", "targets"),
        of("root", "keys", null),
        of("root", "keys", Map.of("a", 1)),
        of("root", "keys", Map.of("a", key("keytype", null))),
        of("root", "keys", Map.of("a", key("keytype", 1))),
        of("root", "keys", Map.of("a", key("scheme", null))),
        of("root", "keys", Map.of("a", key("keyval", "x"))),
        of("root", "keys", Map.of("a", key("keyval", Map.of()))),
        of("root", "roles", null),
        of("root", "roles", Map.of()),
        of("root", "roles.timestamp", null),
        of("root", "roles.mirrors", Trees.object("keyids", List.of(), "threshold", 1)),
        of("root", "roles.root", 1),
        of("root", "roles.root.threshold", 0),
        of("root", "roles.root.keyids", "x"),
        of("root", "consistent_snapshot", "true"));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void a_wrong_form_is_refused_and_not_stored(String role, String path, Object value)
      throws Exception {
    client.refresh();
    repository.change.put(
        role, signed -> changed(signed, path.split("(?<!snapshot|other)\\."), value));
    repository.publish("root", "targets", "snapshot", "timestamp");

    Refusal refusal = client.refused();

    assertThat(refusal).isInstanceOf(Refusal.Malformed.class);
    assertThat(((Refusal.Malformed) refusal).what()).isEqualTo(role);
    assertThat(((Refusal.Malformed) refusal).why()).isNotBlank();
    assertThat(client.stored(role)).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("lawful")
  void what_the_specification_allows_is_accepted(String role, String path, Object value)
      throws Exception {
    repository.change.put(
        role, signed -> changed(signed, path.split("(?<!snapshot|other)\\."), value));
    repository.publish("root", "targets", "snapshot", "timestamp");

    client.refresh();

    assertThat(client.stored(role)).isEqualTo(2);
  }

  static Stream<Arguments> lawful() {
    return Stream.of(
        of("timestamp", "spec_version", "1.0"),
        of("timestamp", "spec_version", "1.0.99"),
        of("timestamp", "spec_version", "1.12.0"),
        of("timestamp", "meta.snapshot.json.length", null),
        of("timestamp", "meta.snapshot.json.hashes", null),
        of("timestamp", "meta.other.json", 1),
        of("timestamp", "x-custom", Map.of("a", List.of(true))),
        of("root", "x-custom", 1),
        of("root", "roles.root.x-custom", 1),
        of("targets", "delegations", roles()),
        of(
            "targets",
            "delegations",
            Map.of("keys", Map.of("a", key("x", "unknown")), "roles", List.of())),
        of("targets", "delegations", roles(role("name", "x".repeat(200)))),
        of("targets", "delegations", roles(role("keyids", List.of("unknown")))));
  }

  @Test
  void an_envelope_holds_signatures_and_what_they_sign() {
    for (String text :
        List.of(
            "[]",
            "{}",
            "{\"signed\":{}}",
            "{\"signatures\":[]}",
            "{\"signatures\":{},\"signed\":{}}",
            "{\"signatures\":[1],\"signed\":{}}",
            "{\"signatures\":[{\"sig\":\"00\"}],\"signed\":{}}",
            "{\"signatures\":[{\"keyid\":\"a\"}],\"signed\":{}}",
            "{\"signatures\":[{\"keyid\":\"a\",\"sig\":1}],\"signed\":{}}",
            "{\"signatures\":[],\"signed\":[]}")) {
      assertThat(refusal(text)).as(text).isInstanceOf(Refusal.Malformed.class);
    }
  }

  @Test
  void a_signature_that_is_no_hex_counts_for_nothing() throws Exception {
    Envelope envelope =
        Envelope.open(
            "targets",
            "{\"signatures\":[{\"keyid\":\"a\",\"sig\":\"xyz\"}],\"signed\":{}}".getBytes(UTF_8),
            100);

    assertThat(envelope.signatures()).containsOnlyKeys("a");
    assertThat(envelope.signatures().get("a")).isEmpty();
  }

  @Test
  void more_than_1024_delegations_are_too_many() throws Exception {
    List<Object> roles = new java.util.ArrayList<>();
    for (int i = 0; i < 1024; i++) {
      roles.add(role("name", "r" + i));
    }
    repository.change.put(
        "targets", signed -> changed(signed, new String[] {"delegations"}, roles(roles.toArray())));
    repository.publish("targets", "snapshot", "timestamp");
    client.refresh();
    roles.add(role("name", "one more"));
    repository.publish("targets", "snapshot", "timestamp");

    assertThat(client.refused())
        .isEqualTo(new Refusal.TooMuch("the delegations of targets", 1025, 1024));
  }

  private static Refusal refusal(String text) {
    try {
      Envelope.open("targets", text.getBytes(UTF_8), 1000);
      return null;
    } catch (Untrusted e) {
      return e.refusal();
    }
  }

  private static Arguments of(String role, String path, Object value) {
    return Arguments.of(role, path, value);
  }

  private static Tree roles(Object... roles) {
    return Trees.object("keys", Map.of(), "roles", Arrays.asList(roles));
  }

  private static Tree.Members key(String name, Object value) {
    return Trees.with(TestKey.published("x509", "another", "text"), name, value);
  }

  private static Tree.Members role(String name, Object value) {
    return Trees.with(
        Trees.object(
            "name",
            "delegated",
            "keyids",
            List.of(),
            "threshold",
            1,
            "terminating",
            false,
            "paths",
            List.of("a/*")),
        name,
        value);
  }

  private static Tree.Members changed(Tree.Members object, String[] path, Object value) {
    if (path.length == 1) {
      return Trees.with(object, path[0], value);
    }
    Tree.Members inner = (Tree.Members) object.members().get(path[0]);
    return Trees.with(
        object, path[0], changed(inner, Arrays.copyOfRange(path, 1, path.length), value));
  }
}

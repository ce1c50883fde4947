package io.fleetinstaller.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.Tree;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an attacker between us and the repository, or with some of its keys, can try. */
class AttackTest {
  private final FakeRepository repository = new FakeRepository();
  private final Client client = new Client(repository);

  // arbitrary installation

  @ParameterizedTest
  @ValueSource(strings = {"root", "timestamp", "snapshot", "targets"})
  void metadata_signed_by_other_keys_is_refused(String role) throws Exception {
    client.refresh();
    repository.signers.put(role, List.of(TestKey.ed25519()));
    repository.publish("root", "targets", "snapshot", "timestamp");

    Refusal refusal = client.refused();

    assertThat(refusal).isEqualTo(new Refusal.ThresholdNotMet(role, 0, 1));
    assertThat(client.stored(role)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"timestamp", "snapshot", "targets"})
  void a_signature_by_the_key_of_another_role_does_not_count(String role) throws Exception {
    client.refresh();
    repository.signers.put(role, repository.signers.get("root"));
    repository.publish("targets", "snapshot", "timestamp");

    assertThat(client.refused()).isEqualTo(new Refusal.ThresholdNotMet(role, 0, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"root", "timestamp", "snapshot", "targets"})
  void unsigned_metadata_is_refused(String role) throws Exception {
    client.refresh();
    repository.signers.put(role, List.of());
    repository.publish("root", "targets", "snapshot", "timestamp");

    assertThat(client.refused()).isEqualTo(new Refusal.ThresholdNotMet(role, 0, 1));
  }

  @Test
  void a_changed_byte_is_refused_and_leaves_no_trace() throws Exception {
    client.refresh();
    Map<String, String> before = client.everything();
    repository.publish("timestamp");
    byte[] served = repository.files.get("metadata/timestamp.json");
    String changed = new String(served, UTF_8).replace("\"version\":2", "\"version\":3");
    repository.files.put("metadata/timestamp.json", changed.getBytes(UTF_8));

    Refusal refusal = client.refused();

    assertThat(refusal).isEqualTo(new Refusal.ThresholdNotMet("timestamp", 0, 1));
    assertThat(refusal.reason().code()).isEqualTo(ReasonCode.BAD_SIGNATURE);
    assertThat(client.everything()).isEqualTo(before);
  }

  @Test
  void one_key_under_two_ids_counts_once() throws Exception {
    TestKey key = TestKey.ed25519();
    TestKey again = new TestKey(key.pair(), Trees.with(key.published(), "comment", "another id"));
    repository.keys.put("timestamp", List.of(key, again));
    repository.signers.put("timestamp", List.of(key, again));
    repository.thresholds.put("timestamp", 2);
    repository.publish("root", "timestamp");

    assertThat(client.refused()).isEqualTo(new Refusal.ThresholdNotMet("timestamp", 1, 2));
  }

  @Test
  void one_key_in_two_forms_counts_once() throws Exception {
    TestKey pem = TestKey.ecdsa();
    TestKey other = pem.as("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", TestKey.pem(pem.pair()));
    repository.keys.put("snapshot", List.of(pem, other));
    repository.signers.put("snapshot", List.of(pem, other));
    repository.thresholds.put("snapshot", 2);
    repository.publish("root", "snapshot", "timestamp");

    assertThat(client.refused()).isEqualTo(new Refusal.ThresholdNotMet("snapshot", 1, 2));
  }

  @Test
  void two_signatures_under_one_key_id_are_refused() throws Exception {
    TestKey key = repository.keys.get("timestamp").getFirst();
    repository.signers.put("timestamp", List.of(key, key));
    repository.publish("timestamp");

    assertThat(client.refused())
        .isEqualTo(
            new Refusal.Malformed("timestamp", "it is signed twice under key id " + key.id()));
  }

  @Test
  void a_threshold_is_met_by_different_keys_of_all_kinds() throws Exception {
    repository.key("timestamp", TestKey.ecdsa());
    repository.key("timestamp", TestKey.rsa(2048));
    repository.thresholds.put("timestamp", 3);
    repository.publish("root", "timestamp");

    client.refresh();

    assertThat(client.stored("timestamp")).isEqualTo(2);
  }

  @Test
  void an_unusable_key_never_counts_and_harms_no_other() throws Exception {
    TestKey good = TestKey.ed25519();
    TestKey shorter = good.as("ed25519", "ed25519", "00".repeat(31));
    repository.keys.put("timestamp", List.of(good, shorter));
    repository.signers.put("timestamp", List.of(good, shorter));
    repository.publish("root", "timestamp");
    client.refresh();
    repository.thresholds.put("timestamp", 2);
    repository.publish("root", "timestamp");

    assertThat(client.refused()).isEqualTo(new Refusal.ThresholdNotMet("timestamp", 1, 2));
  }

  @Test
  void metadata_of_another_type_is_refused() throws Exception {
    repository.change.put("timestamp", signed -> Trees.with(signed, "_type", "snapshot"));
    repository.publish("timestamp");

    assertThat(client.refused())
        .isEqualTo(new Refusal.Malformed("timestamp", "its _type is snapshot, not timestamp"));
  }

  // endless data

  @Test
  void no_more_is_asked_for_than_a_role_may_have() throws Exception {
    repository.hashes = false;
    repository.publish("targets", "snapshot", "timestamp");

    client.refresh();

    assertThat(repository.caps)
        .containsEntry("metadata/2.root.json", 512_000L)
        .containsEntry("metadata/timestamp.json", 16_384L)
        .containsEntry("metadata/2.snapshot.json", 2_000_000L)
        .containsEntry("metadata/2.targets.json", 5_000_000L);
  }

  @Test
  void no_more_is_asked_for_than_was_announced() throws Exception {
    repository.target("targets", "a", "twelve bytes");
    repository.publishAll();
    Updater updater = client.refresh();

    updater.download(updater.find("a").orElseThrow());

    long snapshot = repository.raw.get("snapshot").length;
    assertThat(repository.caps).containsEntry("metadata/2.snapshot.json", snapshot);
    assertThat(repository.caps.values()).contains(12L);
  }

  @Test
  void an_announced_length_over_the_limit_is_refused_before_it_is_asked_for() throws Exception {
    repository.change.put(
        "timestamp",
        signed ->
            Trees.with(
                signed,
                "meta",
                Trees.object("snapshot.json", Trees.object("version", 1, "length", 2_000_001))));
    repository.publish("timestamp");

    assertThat(client.refused()).isEqualTo(new Refusal.TooMuch("snapshot", 2_000_001, 2_000_000));
    assertThat(repository.requests).doesNotContain("metadata/1.snapshot.json");
  }

  @Test
  void more_bytes_than_a_role_may_have_are_not_parsed() {
    assertThatThrownBy(() -> Envelope.open("timestamp", new byte[16_385], Limits.TIMESTAMP))
        .isInstanceOfSatisfying(
            Untrusted.class,
            thrown ->
                assertThat(thrown.refusal())
                    .isEqualTo(new Refusal.TooMuch("timestamp", 16_385, 16_384)));
  }

  @Test
  void as_many_bytes_as_a_role_may_have_are_read() throws Exception {
    byte[] bytes = "{\"signatures\":[],\"signed\":{}}".getBytes(UTF_8);

    assertThat(Envelope.open("timestamp", bytes, bytes.length).raw()).isEqualTo(bytes);
  }

  @Test
  void a_target_larger_than_memory_allows_is_not_asked_for() throws Exception {
    long length = (64L << 20) + 1;
    repository
        .targets
        .get("targets")
        .put(
            "big",
            Trees.object("length", length, "hashes", Trees.object("sha256", "00".repeat(32))));
    repository.publishAll();
    Updater updater = client.refresh();
    repository.requests.clear();

    assertThatThrownBy(() -> updater.download(updater.find("big").orElseThrow()))
        .isInstanceOfSatisfying(
            Untrusted.class,
            thrown ->
                assertThat(thrown.refusal())
                    .isEqualTo(new Refusal.TooMuch("target big", length, 64L << 20)));
    assertThat(repository.requests).isEmpty();
  }

  // fast-forward

  @ParameterizedTest
  @ValueSource(longs = {1L << 31, 1L << 53, Long.MAX_VALUE})
  void large_versions_are_exact(long version) throws Exception {
    repository.versions.put("snapshot", version - 1);
    repository.publish("snapshot", "timestamp");

    client.refresh();

    assertThat(client.stored("snapshot")).isEqualTo(version);
    repository.versions.put("snapshot", version - 2);
    repository.publish("snapshot", "timestamp");
    assertThat(client.refused()).isEqualTo(new Refusal.Rollback("snapshot", version - 1, version));
  }

  @Test
  void a_version_beyond_64_bits_is_refused() throws Exception {
    byte[] served = repository.files.get("metadata/timestamp.json");
    String changed =
        new String(served, UTF_8).replace("\"version\":1", "\"version\":9223372036854775808");
    repository.files.put("metadata/timestamp.json", changed.getBytes(UTF_8));

    assertThat(client.refused()).isInstanceOf(Refusal.Malformed.class);
  }

  @ParameterizedTest
  @CsvSource({
    "timestamp, timestamp",
    "snapshot, snapshot",
    "snapshot, targets",
    "targets, targets"
  })
  void after_a_rotation_lower_versions_are_believed_again(String rotated, String role)
      throws Exception {
    repository.versions.put(role, 99_999L);
    repository.publish("targets", "snapshot", "timestamp");
    client.refresh();
    repository.rotate(rotated);
    repository.versions.put(role, 1L);
    repository.publish("root", "targets", "snapshot", "timestamp");

    client.refresh();

    assertThat(client.stored(role)).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "snapshot, timestamp",
    "targets, timestamp",
    "timestamp, snapshot",
    "timestamp, targets",
    "root, timestamp",
    "root, snapshot",
    "root, targets"
  })
  void a_rotation_of_other_keys_clears_no_floor(String rotated, String role) throws Exception {
    repository.versions.put(role, 99_999L);
    repository.publish("targets", "snapshot", "timestamp");
    client.refresh();
    List<TestKey> before = List.copyOf(repository.keys.get(rotated));
    repository.rotate(rotated);
    if (rotated.equals("root")) {
      repository.signers.get("root").addAll(before);
    }
    repository.versions.put(role, 1L);
    repository.publish("root", "targets", "snapshot", "timestamp");

    assertThat(client.refused()).isEqualTo(new Refusal.Rollback(role, 2, 100_000));
  }

  @Test
  void fewer_revoked_keys_than_the_threshold_clear_no_floor() throws Exception {
    repository.key("timestamp", TestKey.ed25519());
    repository.thresholds.put("timestamp", 2);
    repository.versions.put("timestamp", 50L);
    repository.publish("root", "timestamp");
    client.refresh();
    repository.keys.get("timestamp").removeFirst();
    repository.signers.get("timestamp").removeFirst();
    repository.key("timestamp", TestKey.ed25519());
    repository.versions.put("timestamp", 1L);
    repository.publish("root", "timestamp");

    assertThat(client.refused()).isEqualTo(new Refusal.Rollback("timestamp", 2, 51));
  }

  // indefinite freeze

  @Test
  void an_expired_timestamp_is_refused_at_first_sight() throws Exception {
    repository.expires.put("timestamp", "2026-11-21T12:00:00Z");
    repository.publish("timestamp");

    Refusal refusal = client.refused();

    assertThat(refusal).isEqualTo(new Refusal.Expired("timestamp", 2, Client.NOW, Client.NOW));
    assertThat(refusal.reason().code()).isEqualTo(ReasonCode.METADATA_EXPIRED);
    assertThat(client.has("timestamp.json")).isFalse();
  }

  @Test
  void a_timestamp_lives_until_the_second_of_its_expiry() throws Exception {
    repository.expires.put("timestamp", "2026-11-21T12:00:01Z");
    repository.publish("timestamp");

    client.refresh();

    assertThat(client.stored("timestamp")).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"root", "timestamp", "snapshot", "targets"})
  void a_replay_of_what_has_expired_by_now_is_refused(String role) throws Exception {
    repository.expires.put(role, "2026-12-01T00:00:00Z");
    repository.publish("root", "targets", "snapshot", "timestamp");
    client.refresh();
    Map<String, String> before = client.everything();
    client.now = Instant.parse("2026-12-02T00:00:00Z");

    Refusal refusal = client.refused();

    assertThat(refusal)
        .isEqualTo(new Refusal.Expired(role, 2, Instant.parse("2026-12-01T00:00:00Z"), client.now));
    assertThat(client.everything()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"snapshot", "targets"})
  void a_new_role_that_has_expired_is_refused(String role) throws Exception {
    client.refresh();
    repository.expires.put(role, "2026-01-01T00:00:00Z");
    repository.publish("targets", "snapshot", "timestamp");

    assertThat(client.refused()).isInstanceOf(Refusal.Expired.class);
    assertThat(client.stored(role)).isEqualTo(1);
  }

  @Test
  void what_has_expired_on_disk_gives_way_to_what_has_not() throws Exception {
    repository.expires.put("timestamp", "2026-12-01T00:00:00Z");
    repository.expires.put("snapshot", "2026-12-01T00:00:00Z");
    repository.publish("targets", "snapshot", "timestamp");
    client.refresh();
    client.now = Instant.parse("2026-12-02T00:00:00Z");
    repository.expires.clear();
    repository.publish("targets", "snapshot", "timestamp");

    client.refresh();

    assertThat(client.stored("timestamp")).isEqualTo(3);
  }

  // mix-and-match

  @Test
  void a_snapshot_of_another_world_is_refused() throws Exception {
    FakeRepository other = new FakeRepository();
    other.keys.putAll(repository.keys);
    other.signers.putAll(repository.signers);
    other.expires.put("snapshot", "2031-01-01T00:00:00Z");
    other.again("targets", "snapshot");
    repository.files.put("metadata/1.snapshot.json", other.files.get("metadata/1.snapshot.json"));

    Refusal refusal = client.refused();

    assertThat(refusal).isInstanceOf(Refusal.HashMismatch.class);
    assertThat(refusal.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
  }

  @Test
  void a_snapshot_of_another_length_is_refused() throws Exception {
    byte[] served = repository.files.get("metadata/1.snapshot.json");
    repository.files.put(
        "metadata/1.snapshot.json", java.util.Arrays.copyOf(served, served.length - 1));

    assertThat(client.refused())
        .isEqualTo(new Refusal.LengthMismatch("snapshot", served.length, served.length - 1L));
  }

  @ParameterizedTest
  @ValueSource(strings = {"snapshot", "targets"})
  void another_version_than_the_announced_one_is_refused(String role) throws Exception {
    repository.hashes = false;
    repository.publish("targets", "snapshot", "timestamp");
    repository.files.put(
        FakeRepository.path(role, 2), repository.files.get(FakeRepository.path(role, 1)));

    assertThat(client.refused()).isEqualTo(new Refusal.VersionMismatch(role, 2, 1));
  }

  @Test
  void a_role_that_the_snapshot_does_not_list_is_refused() throws Exception {
    repository.change.put("snapshot", signed -> Trees.with(signed, "meta", Trees.object()));
    repository.publish("snapshot", "timestamp");

    assertThat(client.refused()).isEqualTo(new Refusal.UnknownRole("targets", "snapshot"));
  }

  // rollback

  @Test
  void an_older_timestamp_is_refused_after_a_restart_too() throws Exception {
    byte[] old = repository.files.get("metadata/timestamp.json");
    repository.publish("timestamp");
    client.refresh();
    Map<String, String> before = client.everything();
    repository.files.put("metadata/timestamp.json", old);

    Refusal refusal = client.refused();

    assertThat(refusal).isEqualTo(new Refusal.Rollback("timestamp", 1, 2));
    assertThat(refusal.reason().code()).isEqualTo(ReasonCode.METADATA_ROLLBACK);
    assertThat(client.everything()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"snapshot", "targets"})
  void an_older_version_in_newer_metadata_is_refused(String role) throws Exception {
    repository.publish("targets", "snapshot", "timestamp");
    client.refresh();
    repository.versions.put(role, 0L);
    repository.publish("targets", "snapshot", "timestamp");

    assertThat(client.refused()).isEqualTo(new Refusal.Rollback(role, 1, 2));
  }

  @Test
  void an_older_delegated_role_in_a_newer_snapshot_is_refused() throws Exception {
    repository.delegate("targets", "catalog", false, "catalog/*");
    repository.publishAll();
    repository.publishAll();
    client.refresh();
    repository.versions.put("catalog", 0L);
    repository.publishAll();

    assertThat(client.refused()).isEqualTo(new Refusal.Rollback("catalog", 1, 2));
  }

  @Test
  void a_role_that_vanished_from_the_snapshot_is_missed() throws Exception {
    repository.delegate("targets", "catalog", false, "catalog/*");
    repository.publishAll();
    client.refresh();
    repository.targets.remove("catalog");
    repository.publishAll();

    Refusal refusal = client.refused();

    assertThat(refusal).isEqualTo(new Refusal.Vanished("catalog.json", 1));
    assertThat(refusal.reason().code()).isEqualTo(ReasonCode.METADATA_ROLLBACK);
  }

  @Test
  void a_timestamp_of_the_same_version_changes_nothing() throws Exception {
    client.refresh();
    byte[] stored = client.file("timestamp.json");
    repository.expires.put("timestamp", "2031-01-01T00:00:00Z");
    repository.again("timestamp");

    client.refresh();

    assertThat(client.file("timestamp.json")).isEqualTo(stored);
  }

  // key compromise

  @Test
  void one_of_two_root_keys_is_not_enough() throws Exception {
    repository.key("root", TestKey.ed25519());
    repository.thresholds.put("root", 2);
    repository.publish("root");
    client.refresh();
    repository.signers.get("root").removeLast();
    repository.publish("root");

    assertThat(client.refused()).isEqualTo(new Refusal.ThresholdNotMet("root", 1, 2));
    assertThat(client.stored("root")).isEqualTo(2);
  }

  @Test
  void the_next_root_needs_the_old_keys() throws Exception {
    repository.rotate("root");
    repository.publish("root");

    assertThat(client.refused()).isEqualTo(new Refusal.ThresholdNotMet("root", 0, 1));
  }

  @Test
  void the_next_root_needs_its_own_keys() throws Exception {
    repository.keys.put("root", List.of(TestKey.ed25519()));
    repository.publish("root");

    assertThat(client.refused()).isEqualTo(new Refusal.ThresholdNotMet("root", 0, 1));
  }

  @Test
  void what_a_revoked_key_signs_is_refused() throws Exception {
    client.refresh();
    List<TestKey> stolen = List.copyOf(repository.signers.get("targets"));
    repository.rotate("targets");
    repository.publish("root");
    repository.signers.put("targets", stolen);
    repository.publish("targets", "snapshot", "timestamp");

    assertThat(client.refused()).isEqualTo(new Refusal.ThresholdNotMet("targets", 0, 1));
  }

  @Test
  void timestamp_and_snapshot_keys_cannot_add_a_target() throws Exception {
    client.refresh();
    repository.target("targets", "evil", "evil");
    repository.signers.put("targets", repository.signers.get("snapshot"));
    repository.publishAll();

    assertThat(client.refused()).isEqualTo(new Refusal.ThresholdNotMet("targets", 0, 1));
    assertThat(client.stored("targets")).isEqualTo(1);
  }

  // wrong software

  @Test
  void a_target_served_for_another_is_refused() throws Exception {
    repository.target("targets", "a", "content of a");
    repository.target("targets", "b", "content of b");
    repository.publishAll();
    Updater updater = client.refresh();
    TargetFile file = updater.find("a").orElseThrow();
    String path = "targets/" + file.hashes().get("sha256") + ".a";
    repository.files.put(path, "content of b".getBytes(UTF_8));

    assertThatThrownBy(() -> updater.download(file))
        .isInstanceOfSatisfying(
            Untrusted.class,
            thrown ->
                assertThat(thrown.refusal())
                    .isEqualTo(
                        new Refusal.HashMismatch(
                            "target a",
                            "sha256",
                            file.hashes().get("sha256"),
                            Hashes.hex("sha256", "content of b".getBytes(UTF_8)))));
    repository.files.put(path, "content".getBytes(UTF_8));
    assertThatThrownBy(() -> updater.download(file))
        .isInstanceOfSatisfying(
            Untrusted.class,
            thrown ->
                assertThat(thrown.refusal())
                    .isEqualTo(new Refusal.LengthMismatch("target a", 12, 7)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../a", "/a", "a/../../b", "a\\b", "a\u0000b", ""})
  void a_path_that_leaves_the_folder_is_never_found(String path) throws Exception {
    repository.targets.get("targets").put(path, target());
    repository.publishAll();
    Updater updater = client.refresh();

    assertThatThrownBy(() -> updater.find(path))
        .isInstanceOfSatisfying(
            Untrusted.class,
            thrown -> assertThat(thrown.refusal()).isInstanceOf(Refusal.Malformed.class));
    assertThat(updater.targets("").targets()).isEmpty();
    assertThat(updater.targets("").refused()).containsOnlyKeys(path);
  }

  // malicious mirrors

  @ParameterizedTest
  @ValueSource(strings = {"timestamp.json", "1.snapshot.json", "1.targets.json"})
  void a_file_that_is_missing_is_a_fault(String file) {
    repository.files.remove("metadata/" + file);

    assertThatThrownBy(client::refresh)
        .isInstanceOfSatisfying(
            Fault.class,
            fault -> assertThat(fault.reason().code()).isEqualTo(ReasonCode.NOT_FOUND));
  }

  @Test
  void garbage_is_refused() throws Exception {
    repository.files.put("metadata/timestamp.json", "<html>".getBytes(UTF_8));

    assertThat(client.refused()).isInstanceOf(Refusal.Malformed.class);
    assertThat(client.has("timestamp.json")).isFalse();
  }

  private static Tree target() {
    return Trees.object("length", 1, "hashes", Trees.object("sha256", "00".repeat(32)));
  }
}

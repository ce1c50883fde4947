package io.fleetinstaller.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.ReasonCode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was rightly signed once does not come back: versions only rise, and all of it expires. */
class ReplayTest {
  private final FakeRepository repository = new FakeRepository();
  private final Client client = new Client(repository);

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
}

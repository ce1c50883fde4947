package io.fleetinstaller.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.ReasonCode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose signatures count: those of enough keys that the root names for the role, each once. */
class SignaturesTest {
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
}

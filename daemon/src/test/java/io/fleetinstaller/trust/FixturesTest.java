package io.fleetinstaller.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What other implementations signed, with the results that they expect themselves. */
class FixturesTest {
  private static final Instant THEN = Instant.parse("2021-09-15T00:00:00Z");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prod.config.json",
        "prod.director.json",
        "staging.config.v29.json",
        "staging.director.json",
        "gov.config.json",
        "gov.director.json"
      })
  void a_production_root_verifies_itself_and_its_key_ids_are_hashes(String file) throws Exception {
    byte[] bytes = Files.readAllBytes(Fixture.resource("datadog-agent-roots/" + file));

    Root root = Root.read(bytes);

    Map<String, Fields> keys = root.envelope().signed().objects("keys");
    assertThat(keys).isNotEmpty();
    keys.forEach((id, key) -> assertThat(Key.id(key.object())).isEqualTo(id));
    assertThat(Signers.published(root.envelope().signed())).hasSameSizeAs(keys);
    for (String role : List.of("root", "timestamp", "snapshot", "targets")) {
      assertThat(root.signers(role).identities()).hasSize(2);
      assertThat(root.signers(role).threshold()).isEqualTo(2);
    }
  }

  @Test
  void a_bootstrap_root_may_be_expired_but_no_refresh_ends_with_it() throws Exception {
    byte[] expired = Files.readAllBytes(Fixture.resource("datadog-agent-roots/prod.config.json"));
    Client client = new Client(new FakeRepository(), expired);

    Refusal refusal = client.refused();

    assertThat(refusal).isEqualTo(new Refusal.Expired("root", 1, Instant.EPOCH, Client.NOW));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Published1Time | 1 1 1 1",
        "Published1Time_client_root_only | 1 1 1 1",
        "Published2Times_keyrotated | 2 1 1 1",
        "Published2Times_keyrotated_initialrootexpired | 2 1 1 1",
        "Published3Times_keyrotated_initialrootsexpired | 3 1 1 1",
        "Published3Times_keyrotated_initialrootsexpired_clientversionis2 | 3 1 1 1",
        "Published2Times_snapshot_keyrotated | 2 2 2 1",
        "Published2Times_targets_keyrotated | 2 2 2 2",
        "Published2Times_timestamp_keyrotated | 2 2 1 1",
        "PublishedTwiceMultiKeysadd_9_revoke_2_threshold_4_root | 2 1 1 1",
        "PublishedTwiceMultiKeysadd_9_revoke_4_threshold_4_root | 2 1 1 1"
      })
  void rotated_keys_are_followed(String name, String versions) throws Exception {
    Client client = Fixture.of(name).client();
    client.now = THEN;

    client.refresh();

    assertThat(
            "%d %d %d %d"
                .formatted(
                    client.stored("root"),
                    client.stored("timestamp"),
                    client.stored("snapshot"),
                    client.stored("targets")))
        .isEqualTo(versions);
  }

  @Test
  void the_latest_root_must_not_be_expired() throws Exception {
    Client client = Fixture.of("Published3Times_keyrotated_latestrootexpired").client();

    Refusal refusal = client.refused();

    assertThat(refusal)
        .isEqualTo(
            new Refusal.Expired("root", 3, Instant.parse("2021-09-12T03:13:48Z"), Client.NOW));
  }

  @Test
  void a_root_that_its_own_keys_did_not_sign_is_refused() throws Exception {
    Client client = Fixture.of("Published2Times_keyrotated_invalidNewRootSignature").client();
    client.now = Instant.parse("2021-09-10T00:00:00Z");

    Refusal refusal = client.refused();

    assertThat(refusal).isEqualTo(new Refusal.ThresholdNotMet("root", 0, 1));
    assertThat(client.stored("root")).isEqualTo(1);
  }

  /** Its name says otherwise, but the old key's signature is right; only the new key's is not. */
  @Test
  void a_wrong_signature_beside_enough_right_ones_does_no_harm() throws Exception {
    Client client = Fixture.of("Published2Times_keyrotated_invalidOldRootSignature").client();
    client.now = THEN;

    client.refresh();

    assertThat(client.stored("root")).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "Published1Time_backwardRootVersion, 1",
    "Published3Times_keyrotated_forwardRootVersion, 3"
  })
  void a_root_of_another_version_than_its_name_says_is_refused(String name, long version)
      throws Exception {
    Client client = Fixture.of(name).client();
    client.now = THEN;

    Refusal refusal = client.refused();

    assertThat(refusal).isEqualTo(new Refusal.VersionMismatch("root", 2, version));
    assertThat(client.stored("root")).isEqualTo(1);
  }

  @Test
  void a_root_without_end_is_not_read_to_its_end() {
    Client client = Fixture.of("Published2Times_roottoolarge").client();
    client.now = THEN;

    assertThatThrownBy(client::refresh)
        .isInstanceOfSatisfying(
            Fault.class,
            fault -> assertThat(fault.reason().code()).isEqualTo(ReasonCode.TOO_LARGE));
  }

  @Test
  void without_a_root_nothing_is_trusted() {
    Client client = new Client(Fixture.of("Published1Time_client_no_root"), new byte[0]);

    assertThatThrownBy(client::refresh)
        .isInstanceOfSatisfying(
            Untrusted.class,
            thrown -> assertThat(thrown.refusal()).isInstanceOf(Refusal.Malformed.class));
    assertThat(client.has("timestamp.json")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "2, root, false, false, false",
    "2, timestamp, false, false, false",
    "2, snapshot, false, false, false",
    "2, targets, false, false, false",
    "4, root, false, false, false",
    "4, timestamp, true, false, false",
    "4, snapshot, true, true, false",
    "4, targets, false, true, true"
  })
  void what_a_threshold_of_revoked_keys_signed_goes(
      int revoked, String role, boolean timestamp, boolean snapshot, boolean targets)
      throws Exception {
    Fixture fixture =
        Fixture.of(
            "PublishedTwiceMultiKeysadd_9_revoke_%d_threshold_4_%s".formatted(revoked, role));
    Client client = fixture.client();

    Store store = client.store();
    TrustedSet before = TrustedSet.of(store.root(), store.floors(), THEN);
    store.trust(before.withRoot(fixture.read("metadata/2.root.json")));

    assertThat(List.of("timestamp", "snapshot", "targets"))
        .map(each -> !client.has(each + ".json"))
        .containsExactly(timestamp, snapshot, targets);
  }

  @Test
  void a_repository_recovers_from_a_rollback_attack() throws Exception {
    Client client = Fixture.of("Published1Time_rollbackAttackRecovery").client();
    client.now = Instant.parse("2025-01-01T00:00:00Z");

    client.refresh();

    assertThat(client.stored("root")).isEqualTo(2);
    assertThat(client.stored("timestamp")).isEqualTo(1);
    assertThat(client.stored("snapshot")).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "targets.txt, targets, targets",
    "a.txt, a, a targets",
    "b.txt, b, a b targets",
    "c.txt, c, a b c targets",
    "d.txt, d, a b c d targets",
    "e.txt, e, a b c d e targets",
    "f.txt, f, a b c d e f targets"
  })
  void three_levels_of_delegation_are_searched_in_order(String path, String role, String asked)
      throws Exception {
    Client client = Fixture.of("3LevelDelegation").client();
    client.now = Instant.parse("2020-01-01T12:00:00Z");
    Updater updater = client.refresh();

    TargetFile file = updater.find(path).orElseThrow();

    assertThat(file.role()).isEqualTo(role);
    assertThat(new String(updater.download(file), UTF_8)).isEqualTo("Contents: " + path);
    assertThat(updater.verified().versions().keySet())
        .containsExactlyInAnyOrder(("root timestamp snapshot " + asked).split(" "));
  }

  @ParameterizedTest
  @CsvSource({
    "go-tuf, true", "go-tuf, false",
    "go-tuf-transition-M3, true", "go-tuf-transition-M3, false",
    "go-tuf-transition-M4, true", "go-tuf-transition-M4, false"
  })
  void six_states_of_a_repository_are_followed(String name, boolean consistent) throws Exception {
    String folder = name + "/consistent-snapshot-" + consistent + "/";
    Client follower =
        new Client(Fixture.of(folder + 0), Fixture.of(folder + 0).read("metadata/1.root.json"));

    for (int state = 0; state < 6; state++) {
      Fixture fixture = Fixture.of(folder + state);
      follower.remote = fixture;
      Client newcomer = new Client(fixture, follower.anchor);
      for (Client each : List.of(follower, newcomer)) {
        Updater updater = each.refresh();
        assertThat(updater.targets("").targets()).hasSize(state + 1);
        for (int target = 0; target <= state; target++) {
          TargetFile file = updater.find(String.valueOf(target)).orElseThrow();
          assertThat(new String(updater.download(file), UTF_8)).isEqualTo(String.valueOf(target));
        }
      }
    }
  }
}

package io.fleetinstaller.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.Tree;
import io.fleetinstaller.release.Fault;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SearchTest {
  private final FakeRepository repository = new FakeRepository();
  private final Client client = new Client(repository);

  @Test
  void a_target_is_found_through_whoever_is_trusted_with_its_path() throws Exception {
    repository.delegate("targets", "catalog", false, "catalog/*/*");
    repository.target("catalog", "catalog/stable/a.json", "a");
    repository.target("catalog", "deployments/prod/a.json", "not theirs");
    Updater updater = published();

    TargetFile file = updater.find("catalog/stable/a.json").orElseThrow();

    assertThat(file.role()).isEqualTo("catalog");
    assertThat(updater.download(file)).isEqualTo("a".getBytes(UTF_8));
    assertThat(updater.find("deployments/prod/a.json")).isEmpty();
  }

  @Test
  void what_the_signer_added_is_kept() throws Exception {
    Tree.Members custom = Trees.object("note", "é", "list", List.of(1, true));
    repository.target("targets", "a", "a");
    Tree.Members file = (Tree.Members) repository.targets.get("targets").get("a");
    repository.targets.get("targets").put("a", Trees.with(file, "custom", custom));
    repository.target("targets", "b", "b");

    Updater updater = published();

    assertThat(updater.find("a").orElseThrow().custom()).isEqualTo(custom);
    assertThat(updater.find("b").orElseThrow().custom().members()).isEmpty();
    assertThat(updater.find("a").orElseThrow().length()).isEqualTo(1);
  }

  @Test
  void the_first_role_in_order_wins_and_its_subtree_comes_before_its_sibling() throws Exception {
    repository.delegate("targets", "first", false, "*");
    repository.delegate("targets", "second", false, "*");
    repository.delegate("first", "child", false, "*");
    repository.target("child", "a", "child's");
    repository.target("second", "a", "second's");
    repository.target("second", "b", "second's");

    Updater updater = published();

    assertThat(updater.find("a").orElseThrow().role()).isEqualTo("child");
    assertThat(updater.find("b").orElseThrow().role()).isEqualTo("second");
  }

  @Test
  void nobody_is_asked_after_a_terminating_role() throws Exception {
    repository.delegate("targets", "first", true, "a*");
    repository.delegate("targets", "second", false, "*");
    repository.delegate("first", "child", false, "*");
    repository.target("second", "a", "hidden");
    repository.target("second", "b", "found");
    repository.target("child", "a2", "found");

    Updater updater = published();

    assertThat(updater.find("a")).isEmpty();
    assertThat(updater.find("a2").orElseThrow().role()).isEqualTo("child");
    assertThat(updater.find("b").orElseThrow().role()).isEqualTo("second");
    assertThat(updater.targets("").targets()).containsOnlyKeys("a2", "b");
  }

  @Test
  void roles_before_a_terminating_one_are_asked() throws Exception {
    repository.delegate("targets", "first", false, "*");
    repository.delegate("targets", "second", true, "*");
    repository.delegate("targets", "third", false, "*");
    repository.target("first", "a", "1");
    repository.target("second", "b", "2");
    repository.target("third", "c", "3");

    Updater updater = published();

    assertThat(updater.targets("").targets()).containsOnlyKeys("a", "b");
  }

  @Test
  void a_terminating_child_hides_its_parents_siblings_too() throws Exception {
    repository.delegate("targets", "first", false, "*");
    repository.delegate("targets", "second", false, "*");
    repository.delegate("first", "child", true, "*");
    repository.target("second", "a", "hidden");

    assertThat(published().find("a")).isEmpty();
  }

  @Test
  void a_circle_of_delegations_ends() throws Exception {
    repository.delegate("targets", "a", false, "*");
    repository.delegate("a", "b", false, "*");
    repository.delegate("b", "a", false, "*");
    repository.target("b", "x", "x");

    Updater updater = published();

    assertThat(updater.find("nothing")).isEmpty();
    assertThat(updater.targets("").targets()).containsOnlyKeys("x");
  }

  @Test
  void a_role_must_be_signed_as_each_of_its_delegators_demands() throws Exception {
    repository.delegate("targets", "ours", false, "ours/*");
    repository.delegate("targets", "theirs", false, "theirs/*");
    repository.target("ours", "ours/a", "a");
    repository.target("ours", "theirs/a", "a");
    // They trust our role with their path, but name keys that did not sign it.
    TestKey stranger = TestKey.ed25519();
    repository.keys.put("stranger", List.of(stranger));
    repository.delegate(
        "theirs",
        Trees.object(
            "name",
            "ours",
            "keyids",
            List.of(stranger.id()),
            "threshold",
            1,
            "terminating",
            false,
            "paths",
            List.of("theirs/*")));
    Updater updater = published();

    assertThat(updater.find("ours/a")).isPresent();
    assertThatThrownBy(() -> updater.find("theirs/a"))
        .isInstanceOfSatisfying(
            Untrusted.class,
            thrown ->
                assertThat(thrown.refusal()).isEqualTo(new Refusal.ThresholdNotMet("ours", 0, 1)));
    assertThat(updater.targets("ours/").targets()).containsOnlyKeys("ours/a");
  }

  @Test
  void a_role_may_be_trusted_by_the_hash_of_its_paths() throws Exception {
    String hash = Hashes.hex("sha256", "some/file".getBytes(UTF_8));
    repository.key("bin", TestKey.ed25519());
    repository.delegate("targets", bin(hash.substring(0, 3)));
    repository.target("bin", "some/file", "x");
    repository.target("bin", "another/file", "x");
    Updater updater = published();

    assertThat(updater.find("some/file")).isPresent();
    assertThat(updater.find("another/file")).isEmpty();
    assertThat(updater.targets("some/").targets()).containsOnlyKeys("some/file");
  }

  @Test
  void a_delegation_of_nothing_covers_nothing() throws Exception {
    repository.delegate("targets", "empty", false);
    repository.target("empty", "a", "x");
    Updater updater = published();

    assertThat(updater.find("a")).isEmpty();
    assertThat(updater.targets("").targets()).isEmpty();
  }

  @Test
  void a_listing_asks_only_roles_that_may_have_a_say() throws Exception {
    repository.delegate("targets", "catalog", false, "catalog/*/*");
    repository.delegate("targets", "prod", false, "deployments/prod/*");
    repository.delegate("targets", "test", false, "deployments/test/*");
    repository.target("prod", "deployments/prod/a", "a");
    repository.target("prod", "deployments/prod/b", "b");
    repository.target("targets", "deployments/prod/c", "c");
    repository.target("targets", "deployments/production", "d");
    Updater updater = published();
    repository.requests.clear();

    Listing listing = updater.targets("deployments/prod/");

    assertThat(listing.targets())
        .containsOnlyKeys("deployments/prod/a", "deployments/prod/b", "deployments/prod/c");
    assertThat(listing.refused()).isEmpty();
    assertThat(repository.requests).containsExactly("metadata/1.prod.json");
    assertThat(updater.verified().versions()).containsEntry("prod", 1L).doesNotContainKey("test");
  }

  @Test
  void a_role_that_cannot_be_verified_costs_only_its_own_targets() throws Exception {
    repository.delegate("targets", "good", false, "good/*");
    repository.delegate("targets", "late", false, "late/*");
    repository.target("good", "good/a", "a");
    repository.target("late", "late/a", "a");
    repository.target("targets", "late/b", "b");
    repository.expires.put("late", "2026-01-01T00:00:00Z");
    Updater updater = published();

    Listing listing = updater.targets("");

    assertThat(listing.targets()).containsOnlyKeys("good/a", "late/b");
    assertThat(listing.refused())
        .containsOnlyKeys("late")
        .containsEntry(
            "late",
            new Refusal.Expired("late", 1, Instant.parse("2026-01-01T00:00:00Z"), Client.NOW));
  }

  @Test
  void what_was_refused_once_is_not_asked_for_again() throws Exception {
    repository.delegate("targets", "late", false, "*");
    repository.target("late", "a", "a");
    repository.expires.put("late", "2026-01-01T00:00:00Z");
    Updater updater = published();
    updater.targets("");
    repository.requests.clear();

    assertThatThrownBy(() -> updater.find("a")).isInstanceOf(Untrusted.class);

    assertThat(repository.requests).isEmpty();
  }

  @Test
  void a_role_that_cannot_be_fetched_fails_the_whole_listing() throws Exception {
    repository.delegate("targets", "gone", false, "*");
    repository.target("gone", "a", "a");
    Updater updater = published();
    repository.files.remove("metadata/1.gone.json");

    assertThatThrownBy(() -> updater.targets("")).isInstanceOf(Fault.class);
  }

  @Test
  void a_target_is_valid_as_long_as_all_that_vouch_for_it() throws Exception {
    repository.delegate("targets", "a", false, "*");
    repository.delegate("a", "b", false, "*");
    repository.target("targets", "top", "x");
    repository.target("a", "mid", "x");
    repository.target("b", "low", "x");
    repository.expires.put("timestamp", "2027-06-01T00:00:00Z");
    repository.expires.put("a", "2027-05-01T00:00:00Z");
    repository.expires.put("b", "2027-04-01T00:00:00Z");
    Updater updater = published();

    assertThat(updater.find("top").orElseThrow().validUntil()).isEqualTo("2027-06-01T00:00:00Z");
    assertThat(updater.find("mid").orElseThrow().validUntil()).isEqualTo("2027-05-01T00:00:00Z");
    assertThat(updater.find("low").orElseThrow().validUntil()).isEqualTo("2027-04-01T00:00:00Z");
  }

  @Test
  void a_delegator_that_expires_first_counts() throws Exception {
    repository.delegate("targets", "a", false, "*");
    repository.delegate("a", "b", false, "*");
    repository.target("b", "low", "x");
    repository.expires.put("a", "2027-04-01T00:00:00Z");
    repository.expires.put("b", "2027-05-01T00:00:00Z");

    assertThat(published().find("low").orElseThrow().validUntil())
        .isEqualTo("2027-04-01T00:00:00Z");
  }

  @Test
  void no_more_than_256_roles_are_asked() throws Exception {
    TestKey key = TestKey.ed25519();
    for (int i = 0; i < 255; i++) {
      repository.key("r" + i, key);
      repository.delegate("targets", "r" + i, false, "*");
    }
    Updater updater = published();
    assertThat(updater.find("nothing")).isEmpty();
    assertThat(updater.targets("").refused()).isEmpty();
    repository.key("last", key);
    repository.delegate("targets", "last", false, "*");
    Updater more = published();

    assertThatThrownBy(() -> more.find("nothing"))
        .isInstanceOfSatisfying(
            Untrusted.class,
            thrown ->
                assertThat(thrown.refusal())
                    .isEqualTo(new Refusal.TooMuch("the delegated roles", 257, 256)));
    assertThatThrownBy(() -> more.targets("")).isInstanceOf(Untrusted.class);
  }

  @Test
  void delegations_are_followed_sixteen_deep() throws Exception {
    String from = "targets";
    for (int depth = 1; depth <= 16; depth++) {
      repository.delegate(from, "d" + depth, false, "*");
      from = "d" + depth;
    }
    repository.target("d16", "deep", "x");
    Updater updater = published();
    assertThat(updater.find("deep")).isPresent();
    repository.delegate("d16", "d17", false, "*");
    Updater deeper = published();

    assertThatThrownBy(() -> deeper.find("nothing"))
        .isInstanceOfSatisfying(
            Untrusted.class,
            thrown ->
                assertThat(thrown.refusal())
                    .isEqualTo(new Refusal.TooMuch("the depth of delegations", 17, 16)));
  }

  @Test
  void without_consistent_snapshots_names_are_plain() throws Exception {
    repository.consistent = false;
    repository.delegate("targets", "catalog", false, "catalog/*");
    repository.target("catalog", "catalog/a", "x");
    repository.publish("root");
    Updater updater = published();
    repository.requests.clear();

    updater.download(updater.find("catalog/a").orElseThrow());

    assertThat(repository.requests).containsExactly("metadata/catalog.json", "targets/catalog/a");
  }

  @Test
  void a_name_that_means_something_in_an_address_is_quoted() throws Exception {
    repository.delegate("targets", "../a?b", false, "*/*");
    String hash = Hashes.hex("sha256", "x".getBytes(UTF_8));
    repository.target("../a?b", "odd #name/%41", "x");
    repository.files.put("targets/odd%20%23name/" + hash + ".%2541", "x".getBytes(UTF_8));
    Updater updater = published();

    byte[] bytes = updater.download(updater.find("odd #name/%41").orElseThrow());

    assertThat(bytes).isEqualTo("x".getBytes(UTF_8));
    assertThat(client.has("..%2Fa%3Fb.json")).isTrue();
    assertThat(repository.requests).contains("metadata/1...%2Fa%3Fb.json");
  }

  @Test
  void a_target_may_have_a_sha512_only() throws Exception {
    byte[] bytes = "x".getBytes(UTF_8);
    String hash = Hashes.hex("sha512", bytes);
    repository
        .targets
        .get("targets")
        .put("a", Trees.object("length", 1, "hashes", Trees.object("sha512", hash, "md5", "0")));
    repository.files.put("targets/" + hash + ".a", bytes);
    Updater updater = published();

    assertThat(updater.download(updater.find("a").orElseThrow())).isEqualTo(bytes);
  }

  @Test
  void each_known_hash_must_be_right() throws Exception {
    byte[] bytes = "x".getBytes(UTF_8);
    String sha256 = Hashes.hex("sha256", bytes);
    repository
        .targets
        .get("targets")
        .put(
            "a",
            Trees.object(
                "length", 1, "hashes", Trees.object("sha256", sha256, "sha512", "00".repeat(64))));
    repository.files.put("targets/" + sha256 + ".a", bytes);
    Updater updater = published();

    assertThatThrownBy(() -> updater.download(updater.find("a").orElseThrow()))
        .isInstanceOfSatisfying(
            Untrusted.class,
            thrown -> assertThat(thrown.refusal()).isInstanceOf(Refusal.HashMismatch.class));
  }

  @Test
  void nothing_is_found_before_a_refresh() throws Exception {
    repository.target("targets", "a", "a");
    repository.publishAll();
    client.refresh();
    Updater updater = client.updater();

    assertThatThrownBy(() -> updater.find("a"))
        .isInstanceOfSatisfying(
            Untrusted.class,
            thrown ->
                assertThat(thrown.refusal())
                    .isEqualTo(new Refusal.UnknownRole("snapshot", "trusted set")));
  }

  private Updater published() throws Exception {
    repository.publishAll();
    return client.refresh();
  }

  private Tree.Members bin(String prefix) {
    return Trees.object(
        "name",
        "bin",
        "keyids",
        repository.keys.get("bin").stream().map(TestKey::id).toList(),
        "threshold",
        1,
        "terminating",
        false,
        "path_hash_prefixes",
        List.of("zz", prefix));
  }
}

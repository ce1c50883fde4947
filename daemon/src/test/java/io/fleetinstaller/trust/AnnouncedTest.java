package io.fleetinstaller.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.Tree;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mirror serves must be what was announced, and no more of it than that. */
class AnnouncedTest {
  private final FakeRepository repository = new FakeRepository();
  private final Client client = new Client(repository);

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

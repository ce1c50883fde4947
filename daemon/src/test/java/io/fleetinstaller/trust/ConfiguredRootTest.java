package io.fleetinstaller.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which root a host goes by: the configured one, and whatever follows from it. */
class ConfiguredRootTest {
  private final FakeRepository repository = new FakeRepository();
  private final Client client = new Client(repository);

  @Test
  void a_newer_configured_root_is_followed() throws Exception {
    client.refresh();
    repository.publish("root", "timestamp");
    client.anchor = repository.files.get("metadata/2.root.json");

    assertThat(client.store().root().version()).isEqualTo(2);
    assertThat(client.stored("root")).isEqualTo(2);
  }

  @Test
  void a_configured_root_that_is_older_than_its_own_successor_changes_nothing() throws Exception {
    repository.publish("root");
    client.anchor = repository.files.get("metadata/2.root.json");
    repository.publish("root");
    client.refresh();
    client.anchor = repository.files.get("metadata/1.root.json");

    assertThat(client.store().root().version()).isEqualTo(3);
  }

  @Test
  void another_configured_root_is_a_new_beginning() throws Exception {
    repository.publish("root", "targets", "snapshot", "timestamp");
    repository.publish("root", "targets", "snapshot", "timestamp");
    client.refresh();
    FakeRepository other = new FakeRepository();
    client.anchor = other.files.get("metadata/1.root.json");
    client.remote = other;

    client.refresh();

    assertThat(client.versions()).isEqualTo("root 1, snapshot 1, targets 1, timestamp 1");
    assertThat(client.stored("timestamp")).isEqualTo(1);
  }

  @Test
  void another_root_with_the_same_timestamp_keys_keeps_their_floor() throws Exception {
    repository.publish("timestamp");
    client.refresh();
    FakeRepository other = new FakeRepository();
    other.keys.put("timestamp", repository.keys.get("timestamp"));
    other.signers.put("timestamp", repository.signers.get("timestamp"));
    other.versions.clear();
    other.publish("root", "targets", "snapshot", "timestamp");
    client.anchor = other.files.get("metadata/1.root.json");
    client.remote = other;

    assertThat(client.refused()).isEqualTo(new Refusal.Rollback("timestamp", 1, 2));
  }

  @Test
  void a_stored_root_is_not_believed_because_it_is_there() throws Exception {
    client.refresh();
    FakeRepository evil = new FakeRepository();
    evil.publish("root");
    Files.write(client.folder.resolve("root.json"), evil.files.get("metadata/2.root.json"));
    Files.delete(client.folder.resolve("memory/floors.json"));

    assertThat(client.store().root().version()).isEqualTo(1);
    assertThat(client.file("root.json")).isEqualTo(repository.raw.get("root"));
  }

  @Test
  void a_host_that_was_off_for_two_rotations_follows() throws Exception {
    client.refresh();
    for (int i = 0; i < 2; i++) {
      List<TestKey> before = List.copyOf(repository.signers.get("root"));
      for (String role : List.of("root", "timestamp", "snapshot", "targets")) {
        repository.rotate(role);
      }
      repository.signers.get("root").addAll(before);
      repository.expires.put("root", i == 0 ? "2026-11-22T00:00:00Z" : "2030-01-01T00:00:00Z");
      repository.publish("root", "targets", "snapshot", "timestamp");
      repository.signers.get("root").removeAll(before);
    }
    client.now = Instant.parse("2027-11-22T00:00:00Z");

    client.refresh();

    assertThat(client.versions()).isEqualTo("root 3, snapshot 3, targets 3, timestamp 3");
  }

  @Test
  void a_walk_over_many_roots_goes_on_at_the_next_refresh() throws Exception {
    for (int i = 0; i < 257; i++) {
      repository.publish("root");
    }

    client.refresh();
    long first = client.stored("root");
    client.refresh();

    assertThat(first).isEqualTo(257);
    assertThat(client.stored("root")).isEqualTo(258);
  }

  @ParameterizedTest
  @CsvSource({"AUTH_FAILED, true", "CONNECT_FAILED, false", "TOO_LARGE, false"})
  void a_bucket_may_answer_forbidden_where_there_is_no_next_root(ReasonCode code, boolean fine)
      throws Exception {
    client.remote =
        (path, most) -> {
          if (path.equals("metadata/2.root.json")) {
            throw new Fault.Transient(code, "no");
          }
          return repository.fetch(path, most);
        };

    if (fine) {
      client.refresh();
      assertThat(client.stored("timestamp")).isEqualTo(1);
    } else {
      assertThatThrownBy(client::refresh).isInstanceOf(Fault.class);
      assertThat(client.has("timestamp.json")).isFalse();
    }
  }
}

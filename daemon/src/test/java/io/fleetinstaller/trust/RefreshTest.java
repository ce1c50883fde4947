package io.fleetinstaller.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A client and a repository that both behave. */
class RefreshTest {
  private final FakeRepository repository = new FakeRepository();
  private final Client client = new Client(repository);

  @Test
  void a_first_refresh_asks_for_each_role_once() throws Exception {
    client.refresh();

    assertThat(repository.requests)
        .containsExactly(
            "metadata/2.root.json",
            "metadata/timestamp.json",
            "metadata/1.snapshot.json",
            "metadata/1.targets.json");
    assertThat(client.versions()).isEqualTo("root 1, snapshot 1, targets 1, timestamp 1");
  }

  @Test
  void files_are_kept_byte_for_byte_as_they_were_served() throws Exception {
    client.refresh();

    for (String role : new String[] {"root", "timestamp", "snapshot", "targets"}) {
      assertThat(client.file(role + ".json")).isEqualTo(repository.raw.get(role));
    }
  }

  @Test
  void an_unchanged_repository_is_asked_for_root_and_timestamp_only() throws Exception {
    client.refresh();
    repository.requests.clear();

    client.refresh();

    assertThat(repository.requests)
        .containsExactly("metadata/2.root.json", "metadata/timestamp.json");
  }

  @Test
  void a_timestamp_that_was_already_fetched_is_not_asked_for_again() throws Exception {
    client.refresh();
    List<TestKey> before = List.copyOf(repository.signers.get("root"));
    repository.rotate("root");
    repository.signers.get("root").addAll(before);
    repository.rotate("timestamp");
    repository.publish("root", "targets", "snapshot", "timestamp");
    repository.requests.clear();
    byte[] timestamp = repository.files.get("metadata/timestamp.json");

    Verified verified = client.updater().refreshWith(timestamp);

    assertThat(verified.versions()).containsEntry("root", 2L).containsEntry("timestamp", 2L);
    assertThat(repository.requests)
        .containsExactly(
            "metadata/2.root.json",
            "metadata/3.root.json",
            "metadata/2.snapshot.json",
            "metadata/2.targets.json");
  }

  @Test
  void a_timestamp_that_was_already_fetched_is_compared_with_the_stored_one() throws Exception {
    repository.publish("timestamp");
    client.refresh();
    byte[] stored = client.file("timestamp.json");
    repository.expires.put("timestamp", "2031-01-01T00:00:00Z");
    repository.again("timestamp");

    client.updater().refreshWith(repository.files.get("metadata/timestamp.json"));

    assertThat(client.file("timestamp.json")).isEqualTo(stored);
  }
}

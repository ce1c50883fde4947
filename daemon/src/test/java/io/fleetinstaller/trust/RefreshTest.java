package io.fleetinstaller.trust;

import static org.assertj.core.api.Assertions.assertThat;

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
}

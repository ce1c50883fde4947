package io.fleetinstaller.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is remembered for later runs: the time that was proven, and the set that was accepted. */
class MemoryTest {
  private final FakeRepository repository = new FakeRepository();
  private final Client client = new Client(repository);

  // time

  @Test
  void the_clock_cannot_go_back_behind_what_was_proven() throws Exception {
    repository.expires.put("timestamp", "2026-12-01T00:00:00Z");
    repository.publish("timestamp");
    client.refresh();
    byte[] replayed = repository.files.get("metadata/timestamp.json");
    client.now = Instant.parse("2026-12-05T00:00:00Z");
    repository.expires.clear();
    repository.publish("timestamp");
    client.refresh();
    assertThat(client.store().provenTime()).isEqualTo("2026-12-05T00:00:00Z");
    client.now = Instant.EPOCH;
    repository.files.put("metadata/timestamp.json", replayed);
    Files.delete(client.folder.resolve("timestamp.json"));
    repository.expires.put("timestamp", "2026-12-05T00:00:00Z");
    repository.publish("timestamp");

    assertThat(client.refused())
        .isEqualTo(
            new Refusal.Expired(
                "timestamp",
                4,
                Instant.parse("2026-12-05T00:00:00Z"),
                Instant.parse("2026-12-05T00:00:00Z")));
  }

  @Test
  void a_refused_refresh_proves_no_time() throws Exception {
    client.refresh();
    client.now = Instant.parse("2036-01-01T00:00:00Z");

    assertThat(client.refused()).isInstanceOf(Refusal.Expired.class);

    assertThat(client.store().provenTime()).isEqualTo(Client.NOW);
    client.now = Client.NOW;
    client.refresh();
  }

  @Test
  void a_proven_time_is_written_once_an_hour() throws Exception {
    client.refresh();
    client.now = Client.NOW.plus(Duration.ofHours(1));
    client.refresh();
    Instant afterOneHour = client.store().provenTime();
    client.now = Client.NOW.plus(Duration.ofHours(1)).plusSeconds(1);

    client.refresh();

    assertThat(afterOneHour).isEqualTo(Client.NOW);
    assertThat(client.store().provenTime()).isEqualTo(client.now);
  }

  @Test
  void a_person_can_forget_a_wrong_time() throws Exception {
    client.refresh();
    client.store().forgetTime();

    assertThat(client.store().provenTime()).isEqualTo(Instant.EPOCH);
  }

  // the accepted set

  @Test
  void what_was_accepted_is_found_without_network() throws Exception {
    repository.delegate("targets", "catalog", false, "catalog/*");
    repository.target("catalog", "catalog/a", "a");
    repository.publishAll();
    Updater updater = client.refresh();
    updater.targets("");
    updater.accept();
    client.remote = offline();

    Updater stored = client.updater();
    Verified verified = stored.stored().orElseThrow();

    assertThat(verified.versions()).containsOnlyKeys("root", "timestamp", "snapshot", "targets");
    assertThat(verified.expired()).isEmpty();
    assertThat(verified.now()).isEqualTo(Client.NOW);
    assertThat(stored.targets("catalog/").targets()).containsOnlyKeys("catalog/a");
  }

  @Test
  void nothing_is_in_force_before_it_was_accepted() throws Exception {
    client.refresh();

    assertThat(client.updater().stored()).isEmpty();
  }

  @Test
  void newer_metadata_that_was_not_accepted_is_not_in_force() throws Exception {
    client.refresh().accept();
    repository.publish("targets", "snapshot", "timestamp");
    client.refresh();

    assertThat(client.updater().stored().orElseThrow().versions()).containsEntry("timestamp", 1L);
    client.updater().stored();
    assertThat(client.stored("timestamp")).isEqualTo(2);
  }

  @Test
  void an_accepted_set_that_has_expired_says_so() throws Exception {
    repository.expires.put("snapshot", "2026-12-01T00:00:00Z");
    repository.publish("targets", "snapshot", "timestamp");
    client.refresh().accept();
    client.now = Instant.parse("2026-12-01T00:00:00Z");

    Verified verified = client.updater().stored().orElseThrow();

    assertThat(verified.validUntil()).isEqualTo(client.now);
    assertThat(verified.expired())
        .contains(new Refusal.Expired("snapshot", 2, client.now, client.now));
    assertThat(verified.expired(client.now.minusSeconds(1))).isEmpty();
  }

  @Test
  void an_accepted_set_that_a_revoked_key_signed_is_refused() throws Exception {
    client.refresh().accept();
    repository.rotate("targets");
    repository.publish("root");
    client.refused();

    assertThatThrownBy(() -> client.updater().stored())
        .isInstanceOfSatisfying(
            Untrusted.class,
            thrown ->
                assertThat(thrown.refusal())
                    .isEqualTo(
                        new Refusal.StoreCorrupt(
                            "accepted set", "its targets cannot be verified")));
  }

  @Test
  void an_accepted_set_does_not_lower_the_root() throws Exception {
    repository.publish("root");
    client.refresh().accept();
    Files.delete(client.folder.resolve("root.json"));

    assertThatThrownBy(() -> client.updater().stored())
        .isInstanceOfSatisfying(
            Untrusted.class,
            thrown -> assertThat(thrown.refusal()).isEqualTo(new Refusal.Rollback("root", 1, 2)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"formatVersion\":2,\"roles\":{}}",
        "{\"formatVersion\":1}",
        "{\"formatVersion\":1,\"roles\":{\"timestamp\":\"!\"}}"
      })
  void a_damaged_accepted_set_is_put_aside(String text) throws Exception {
    client.refresh().accept();
    Files.writeString(client.folder.resolve("memory/accepted.json"), text);

    assertThat(client.updater().stored()).isEmpty();
    assertThat(client.has("memory/accepted.json.corrupt")).isTrue();
  }

  @Test
  void an_accepted_set_without_a_timestamp_is_no_set() throws Exception {
    client.refresh().accept();
    Files.writeString(
        client.folder.resolve("memory/accepted.json"), "{\"formatVersion\":1,\"roles\":{}}");

    assertThatThrownBy(() -> client.updater().stored())
        .isInstanceOfSatisfying(
            Untrusted.class,
            thrown ->
                assertThat(thrown.refusal().reason().code()).isEqualTo(ReasonCode.STATE_DAMAGED));
  }

  @Test
  void reading_the_accepted_set_writes_nothing() throws Exception {
    client.refresh().accept();
    client.disk = new FailingDisk(2, false);

    client.updater().stored();

    assertThat(((FailingDisk) client.disk).struck()).isFalse();
  }

  private static Remote offline() {
    return (path, _) -> {
      throw new AssertionError("asked for " + path);
    };
  }
}

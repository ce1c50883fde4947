package io.fleetinstaller.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.Needs;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is on disk: lost, damaged, cut off in the middle of a write, or somebody else's. */
class StoreTest {
  private final FakeRepository repository = new FakeRepository();
  private final Client client = new Client(repository);

  // durability

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_crash_or_an_error_at_any_write_leaves_a_store_that_goes_on(boolean kills)
      throws Exception {
    int effects = 0;
    boolean struck = true;
    while (struck) {
      FakeRepository changing = new FakeRepository();
      Client host = new Client(changing);
      host.refresh().accept();
      changing.rotate("snapshot");
      changing.publish("root", "targets", "snapshot", "timestamp");
      FailingDisk disk = new FailingDisk(effects, kills);
      host.disk = disk;

      run(host);

      struck = disk.struck();
      host.disk = new DurableDisk();
      byte[] old = changing.files.get("metadata/timestamp.json");
      assertThat(host.stored("root")).isBetween(1L, 2L);
      Updater offline = host.updater();
      offlineOrRefused(offline, host);
      changing.publish("timestamp");
      host.refresh();
      assertThat(host.versions()).isEqualTo("root 2, snapshot 2, targets 2, timestamp 3");
      changing.files.put("metadata/timestamp.json", old);
      assertThat(host.refused()).isEqualTo(new Refusal.Rollback("timestamp", 2, 3));
      effects++;
    }
    assertThat(effects).isGreaterThan(7);
  }

  @Test
  void at_no_write_is_an_older_file_believed_again() throws Exception {
    boolean struck = true;
    for (int effects = 0; struck; effects++) {
      FakeRepository changing = new FakeRepository();
      Client host = new Client(changing);
      host.refresh();
      changing.publish("targets", "snapshot", "timestamp");
      Map<String, byte[]> old = Map.copyOf(changing.files);
      host.refresh();
      changing.publish("targets", "snapshot", "timestamp");
      FailingDisk disk = new FailingDisk(effects, true);
      host.disk = disk;

      run(host);

      struck = disk.struck();
      host.disk = new DurableDisk();
      changing.files.putAll(old);
      changing.files.put("metadata/timestamp.json", first(changing));
      assertThat(host.refused()).isInstanceOf(Refusal.Rollback.class);
    }
  }

  private static byte[] first(FakeRepository repository) {
    repository.versions.put("timestamp", 0L);
    repository.publish("timestamp");
    return repository.files.get("metadata/timestamp.json");
  }

  private static void run(Client host) throws Exception {
    try {
      host.refresh().accept();
    } catch (Fault | FailingDisk.Killed e) {
      // The next run shows what is left.
    }
  }

  /** After the snapshot's key was revoked, what it signed is either gone or new. */
  private static void offlineOrRefused(Updater offline, Client host) throws Exception {
    try {
      long snapshot = offline.stored().orElseThrow().versions().get("snapshot");
      assertThat(snapshot).isEqualTo(host.stored("root"));
    } catch (Untrusted e) {
      assertThat(host.stored("root")).isEqualTo(2);
    }
  }

  // files lost

  @ParameterizedTest
  @ValueSource(strings = {"root", "timestamp", "snapshot", "targets"})
  void a_lost_file_is_fetched_again(String role) throws Exception {
    repository.publish("targets", "snapshot", "timestamp");
    client.refresh();
    Files.delete(client.folder.resolve(role + ".json"));

    client.refresh();

    assertThat(client.file(role + ".json")).isEqualTo(repository.raw.get(role));
  }

  @Test
  void floors_outlive_the_loss_of_all_metadata() throws Exception {
    byte[] old = repository.files.get("metadata/timestamp.json");
    repository.publish("targets", "snapshot", "timestamp");
    client.refresh();
    for (String role : List.of("root", "timestamp", "snapshot", "targets")) {
      Files.delete(client.folder.resolve(role + ".json"));
    }
    repository.files.put("metadata/timestamp.json", old);

    assertThat(client.refused()).isEqualTo(new Refusal.Rollback("timestamp", 1, 2));
  }

  @Test
  void the_floor_of_the_root_outlives_its_loss() throws Exception {
    repository.publish("root");
    client.refresh();
    Files.delete(client.folder.resolve("root.json"));
    repository.files.remove("metadata/2.root.json");

    assertThat(client.refused()).isEqualTo(new Refusal.Rollback("root", 1, 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"timestamp", "snapshot", "targets"})
  void metadata_says_what_was_seen_where_the_floors_are_lost(String role) throws Exception {
    repository.publish("targets", "snapshot", "timestamp");
    client.refresh();
    Files.delete(client.folder.resolve("memory/floors.json"));
    repository.versions.put(role, 0L);
    repository.publish("targets", "snapshot", "timestamp");

    assertThat(client.refused()).isEqualTo(new Refusal.Rollback(role, 1, 2));
  }

  // files damaged

  @ParameterizedTest
  @ValueSource(
      strings = {
        "root.json",
        "timestamp.json",
        "snapshot.json",
        "targets.json",
        "memory/floors.json"
      })
  void a_damaged_file_is_put_aside_and_replaced(String name) throws Exception {
    client.refresh();
    Files.writeString(client.folder.resolve(name), "{\"half");

    client.refresh();

    assertThat(client.file(name + ".corrupt")).isEqualTo("{\"half".getBytes(UTF_8));
    assertThat(client.versions()).isEqualTo("root 1, snapshot 1, targets 1, timestamp 1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"formatVersion\":2,\"anchor\":\"\",\"root\":0,\"provenTime\":\"1970-01-01T00:00:00Z\",\"marks\":{}}",
        "{\"formatVersion\":1,\"anchor\":\"\",\"root\":0,\"provenTime\":\"never\",\"marks\":{}}",
        "{\"formatVersion\":1,\"anchor\":\"\",\"root\":-1,\"provenTime\":\"1970-01-01T00:00:00Z\",\"marks\":{}}",
        "{\"formatVersion\":1,\"anchor\":\"\",\"root\":0,\"provenTime\":\"1970-01-01T00:00:00Z\",\"marks\":{\"x\":{}}}",
        "{\"formatVersion\":1,\"anchor\":\"\",\"root\":0,\"provenTime\":\"1970-01-01T00:00:00Z\",\"marks\":{\"timestamp\":{\"keys\":[],\"threshold\":1,\"versions\":{\"a\":0}}}}",
        "{\"formatVersion\":1,\"anchor\":\"\",\"root\":0,\"provenTime\":\"1970-01-01T00:00:00Z\",\"marks\":{\"timestamp\":{\"keys\":[],\"threshold\":0,\"versions\":{}}}}"
      })
  void floors_of_another_form_are_damaged(String text) {
    assertThatThrownBy(() -> FloorsFormat.read(text.getBytes(UTF_8))).isInstanceOf(Untrusted.class);
  }

  @Test
  void floors_read_back_as_they_were_written() throws Exception {
    repository.delegate("targets", "catalog", false, "*");
    repository.publishAll();
    client.now = Instant.parse("2026-12-01T00:00:00Z");
    client.refresh();
    Floors floors = client.store().floors();

    Floors again = FloorsFormat.read(FloorsFormat.bytes(floors));

    assertThat(again).isEqualTo(floors);
    assertThat(again.marks()).containsOnlyKeys("timestamp", "snapshot", "targets");
    assertThat(again.marks().get("snapshot").versions())
        .containsOnlyKeys("snapshot.json", "targets.json", "catalog.json");
    assertThat(again.proven()).isEqualTo("2026-12-01T00:00:00Z");
    assertThat(again.root()).isEqualTo(1);
  }

  // the configured root

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

  // whose folder it is

  @Test
  void the_folder_is_ours_alone(@TempDir Path temporary) throws Exception {
    Path folder = temporary.resolve("a/trust");

    Store.open(new DurableDisk(), folder, client.anchor);

    assertThat(mode(folder)).isEqualTo("rwx------");
    assertThat(mode(folder.resolve("memory"))).isEqualTo("rwx------");
    assertThat(mode(folder.resolve("root.json"))).isEqualTo("rw-------");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwx---", "rwx----w-", "rwxrwxrwx"})
  void a_folder_that_others_may_write_to_is_refused(String mode, @TempDir Path temporary)
      throws Exception {
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(mode));

    assertThatThrownBy(() -> Store.open(new DurableDisk(), temporary, client.anchor))
        .isInstanceOfSatisfying(
            Fault.Broken.class,
            fault -> assertThat(fault.reason().code()).isEqualTo(ReasonCode.INSECURE_FILE))
        .hasMessageContaining("others may write to it");
  }

  @Test
  void a_folder_that_others_may_read_is_fine(@TempDir Path temporary) throws Exception {
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));

    Store store = Store.open(new DurableDisk(), temporary, client.anchor);

    assertThat(store.root().version()).isEqualTo(1);
  }

  @Test
  void a_folder_of_another_user_is_refused(@TempDir Path temporary) throws Exception {
    Needs.root();
    Files.setAttribute(temporary, "unix:uid", 65534);

    assertThatThrownBy(() -> Store.open(new DurableDisk(), temporary, client.anchor))
        .hasMessageContaining("it belongs to user 65534");
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
  }

  private static Remote offline() {
    return (path, _) -> {
      throw new AssertionError("asked for " + path);
    };
  }
}

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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
}

package io.fleetinstaller.supply;

import static io.fleetinstaller.supply.Editions.NAME;
import static io.fleetinstaller.supply.Editions.contents;
import static io.fleetinstaller.supply.Editions.edit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Interposed;
import io.fleetinstaller.slots.Slots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a staging that was interrupted has made is neither fetched again nor trusted. */
@Timeout(60)
final class BegunTest {
  @TempDir private Path folder;
  private Editions editions;
  private LayoutServer server;
  private Registry registry;
  private Slots slots;
  private Image image;

  @BeforeEach
  void a_host_without_any_slot() throws Exception {
    editions = new Editions(folder);
    server = new LayoutServer(editions.layout());
    registry =
        new Registry(RegistrySettings.of(List.of(server.address())), new FakeTime(), new Random(1));
    slots = editions.slots("host");
    image = build("1", editions.tree(1));
  }

  @AfterEach
  void stop() {
    registry.close();
    server.close();
  }

  @ValueSource(ints = {20, 50, 90, 97})
  @ParameterizedTest
  void after_an_outage_only_the_rest_is_fetched(int percent) throws Exception {
    long size = image.layers().getFirst().size();
    breakAt(percent);

    Way way = next();
    Slot slot = slots.stage(way.delivery());

    assertThat(way.name()).isEqualTo("by ranges");
    assertThat(way.cost().bytes())
        .as("of %d bytes", size)
        .isLessThan(size * (100 - percent) / 100 + (512 << 10));
    assertSame(slot);
  }

  @Test
  void a_daemon_that_was_killed_goes_on_where_it_was() throws Exception {
    kill();

    Way way = next();
    Slot slot = slots.stage(way.delivery());

    assertThat(way.cost()).isEqualTo(Cost.NONE);
    assertSame(slot);
  }

  @Test
  void what_was_begun_of_another_release_serves_too() throws Exception {
    kill();
    Path changed = editions.tree(2);
    image = build("2", changed);

    Way way = next();
    Slot slot = slots.stage(way.delivery());

    assertThat(way.cost().bytes()).isBetween(1L, 700_000L);
    assertSame(slot);
  }

  @Test
  void a_byte_that_a_power_cut_changed_is_fetched_again() throws Exception {
    kill();
    edit(begun().resolve("small/file-1"), 100);
    edit(begun().resolve("large"), Editions.LARGE / 2);
    Files.write(begun().resolve("small/file-2"), new byte[0]);

    Way way = next();
    Slot slot = slots.stage(way.delivery());

    assertThat(way.cost().bytes()).isBetween(1L, (long) Editions.LARGE);
    assertSame(slot);
  }

  @Test
  void times_and_modes_that_a_power_cut_took_are_made_again() throws Exception {
    kill();
    Files.setLastModifiedTime(begun().resolve("small/file-1"), FileTime.fromMillis(12_345_000));
    assertThat(begun().resolve("small/file-2").toFile().setReadable(false, false)).isTrue();

    Slot slot = slots.stage(next().delivery());

    assertSame(slot);
  }

  @Test
  void a_list_that_a_power_cut_tore_still_tells_of_what_is_before() throws Exception {
    kill();
    Path list = begun().resolve(".fleet-installer/contents");
    byte[] bytes = Files.readAllBytes(list);
    Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) 0xff);
    Files.write(list, bytes);

    Way way = next();
    Slot slot = slots.stage(way.delivery());

    assertThat(way.cost().bytes()).isLessThan(Editions.LARGE / 2);
    assertSame(slot);
  }

  @Test
  void no_file_of_the_host_is_taken_for_one_that_was_begun() throws Exception {
    kill();
    Path outside = folder.resolve("outside");
    Files.move(begun().resolve("small"), outside);
    Files.createSymbolicLink(begun().resolve("small"), outside);

    Slot slot = slots.stage(next().delivery());

    assertThat(Files.getAttribute(outside.resolve("file-1"), "unix:nlink")).isEqualTo(1);
    assertSame(slot);
  }

  @Test
  void a_file_that_has_another_name_is_copied_and_not_changed() throws Exception {
    kill();
    Path other = folder.resolve("other");
    Files.createLink(other, begun().resolve("small/file-1"));
    FileTime then = FileTime.fromMillis(12_345_000);
    Files.setLastModifiedTime(other, then);

    Slot slot = slots.stage(next().delivery());

    assertThat(Files.getLastModifiedTime(other)).isEqualTo(then);
    assertThat(Files.isSameFile(other, slot.path().resolve("small/file-1"))).isFalse();
    assertSame(slot);
  }

  @Test
  void two_files_with_one_content_stay_two_files() throws Exception {
    Path tree = editions.tree(4);
    Files.copy(tree.resolve("small/file-1"), tree.resolve("small/same-1"));
    image = build("4", tree);
    kill();

    Slot slot = slots.stage(next().delivery());

    assertThat(
            Files.isSameFile(
                slot.path().resolve("small/file-1"), slot.path().resolve("small/same-1")))
        .isFalse();
    assertSame(slot);
  }

  @Test
  void what_was_begun_further_is_kept_when_the_next_try_is_interrupted_sooner() throws Exception {
    breakAt(90);
    long before = list();
    Ways ways = ways();
    breaking(10);
    assertThatThrownBy(() -> slots.stage(ways.whole().delivery())).isInstanceOf(Fault.class);
    server.lie(_ -> Optional.empty());

    assertThat(list()).isEqualTo(before);
    assertSame(slots.stage(next().delivery()));
  }

  @Test
  void a_release_that_is_refused_leaves_nothing() throws Exception {
    kill();
    Ways ways = ways();
    server.lie(part -> part.isWhole() ? Optional.of(noise(part)) : Optional.empty());

    Fault fault = catchThrowableOfType(Fault.class, () -> slots.stage(ways.whole().delivery()));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(left()).isEmpty();
  }

  @Test
  void on_a_disk_that_gets_full_it_makes_way() throws Exception {
    kill();
    Scratch small =
        Interposed.disk(
            "free",
            real ->
                Files.exists(home().resolve(".begun")) ? new Scratch.Free(1000, 1000) : real.run());
    Slots tight = slots(new DurableDisk(), small);

    tight.checkSpace(Ways.bare(image));

    assertThat(left()).isEmpty();
    assertThat(tight.inventory(NAME).goesOn()).isFalse();
  }

  @Test
  void it_goes_away_with_the_package_and_when_nobody_wants_it() throws Exception {
    kill();
    slots.prune(NAME, Set.of());
    assertThat(left()).isEmpty();

    kill();
    slots.forgetBegun(_ -> false);
    assertThat(slots.inventory(NAME).goesOn()).isTrue();
    slots.forgetBegun(NAME::equals);
    assertThat(left()).isEmpty();
  }

  /** Stages as a whole, until the connection breaks for good. */
  private void breakAt(int percent) throws Exception {
    Ways ways = ways();
    breaking(percent);
    Fault fault = catchThrowableOfType(Fault.class, () -> slots.stage(ways.whole().delivery()));
    assertThat(fault).isInstanceOf(Fault.Transient.class);
    server.lie(_ -> Optional.empty());
  }

  private void breaking(int percent) {
    AtomicLong asked = new AtomicLong();
    server.lie(part ->
        Optional.of(
            asked.getAndIncrement() == 0
                ? cut(part.blob(), percent)
                : new MockResponse.Builder().code(503).build()));
  }

  private static MockResponse cut(byte[] blob, int percent) {
    return new MockResponse.Builder()
        .body(new Buffer().write(blob, 0, (int) ((long) blob.length * percent / 100)))
        .setHeader("Content-Length", blob.length)
        .onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE)
        .build();
  }

  /** The daemon dies when all is written and nothing is synced; then it is started again. */
  private void kill() throws Exception {
    Disk dying =
        Interposed.in(
            Disk.class,
            new DurableDisk(),
            "sync",
            _ -> {
              throw new Killed();
            });
    Slots killed = slots(dying, new FileScratch());
    assertThatThrownBy(() -> killed.stage(ways().whole().delivery())).isInstanceOf(Killed.class);
    slots.sweep();
    assertThat(begun()).exists();
  }

  private Slots slots(Disk disk, Scratch scratch) {
    return new Slots(home().getParent(), new Doors(disk, scratch, DescriptorFormat::read), 0);
  }

  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  private Way next() throws Exception {
    return ways().cheap(slots.inventory(NAME), Set.of()).getFirst();
  }

  private Ways ways() throws Fault, InterruptedException {
    return Ways.to(image, registry, (_, _) -> {});
  }

  private Image build(String version, Path tree) throws Exception {
    return registry.resolve(NAME, editions.build(version, tree), Platform.ofThisHost());
  }

  private Path home() {
    return folder.resolve("host").resolve(NAME.value());
  }

  private Path begun() {
    return home().resolve(".begun").resolve(image.release().slotName());
  }

  private long list() throws IOException {
    return Files.size(begun().resolve(".fleet-installer/contents"));
  }

  private List<Path> left() throws IOException {
    if (!Files.exists(home())) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(home())) {
      return all.toList();
    }
  }

  private static MockResponse noise(LayoutServer.Part part) {
    byte[] noise = part.bytes();
    new Random(3).nextBytes(noise);
    return LayoutServer.whole(noise);
  }

  /** To the last bit what a host has that fetched it as a whole, and nothing beside it. */
  private void assertSame(Slot slot) throws Exception {
    Slot whole = editions.slots("elsewhere").stage(ways().whole().delivery());
    assertThat(slots.verify(slot)).isEmpty();
    assertThat(contents(slot)).isEqualTo(contents(whole));
    assertThat(times(slot)).isEqualTo(times(whole));
    assertThat(left()).containsExactly(slot.path());
    assertThat(Files.getAttribute(slot.path().resolve("small/file-1"), "unix:nlink")).isEqualTo(1);
  }

  private static Map<String, FileTime> times(Slot slot) throws IOException {
    Map<String, FileTime> times = new HashMap<>();
    try (Stream<Path> all = Files.walk(slot.path())) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        String name = slot.path().relativize(path).toString();
        if (!name.startsWith(".fleet-installer")) {
          times.put(name, Files.getLastModifiedTime(path));
        }
      }
    }
    return times;
  }
}

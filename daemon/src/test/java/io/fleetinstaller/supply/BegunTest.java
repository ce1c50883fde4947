package io.fleetinstaller.supply;

import static io.fleetinstaller.supply.Editions.NAME;
import static io.fleetinstaller.supply.Editions.contents;
import static io.fleetinstaller.supply.Editions.edit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Delivery;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Interposed;
import io.fleetinstaller.slots.Layer;
import io.fleetinstaller.slots.Slots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a staging that was interrupted has made is neither fetched again nor trusted. */
@Timeout(60)
final class BegunTest {
  private static final int PIECE = 64 << 10;

  /** Two releases and the delta between them, made once: packing them takes seconds. */
  private static Editions published;

  private static List<Digest> releases;

  @TempDir private Path folder;
  private Editions editions;
  private LayoutServer server;
  private Registry registry;
  private Slots slots;
  private Image image;

  @BeforeEach
  void a_host_without_any_slot() throws Exception {
    editions = new Editions(folder);
    serve(editions);
    slots = editions.slots("host");
    image = build("1", editions.tree(1));
  }

  private void serve(Editions offered) throws IOException {
    server = new LayoutServer(offered.layout());
    registry =
        new Registry(RegistrySettings.of(List.of(server.address())), new FakeTime(), new Random(1));
  }

  @AfterEach
  void stop() {
    registry.close();
    server.close();
  }

  @ValueSource(ints = {10, 20, 50, 90, 97})
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
  void a_delta_that_broke_is_gone_on_with_where_it_was() throws Exception {
    Way whole = breakDelta(60);

    Way rest = next();
    Slot slot = slots.stage(rest.delivery());

    assertThat(rest.name()).isEqualTo("by a delta");
    assertThat(rest.estimate().bytes())
        .as(
            "of %d bytes: the block that broke, of 2 MiB, and one that ends in the middle of a chunk",
            whole.estimate().bytes())
        .isLessThan(whole.estimate().bytes() * 4 / 10 + (4 << 20));
    assertThat(rest.cost()).isEqualTo(rest.estimate());
    assertSameFiles(slot);
  }

  @ValueSource(ints = {200, 403, 404})
  @ParameterizedTest
  void a_delta_is_gone_on_with_where_its_blocks_come_in_one_piece_only(int answer)
      throws Exception {
    Way whole = breakDelta(60);
    Way rest = next();
    server.lie(part ->
        part.isWhole() || answer == 200
            ? Optional.of(LayoutServer.whole(part.blob()))
            : Optional.of(new MockResponse.Builder().code(answer).build()));

    Slot slot = slots.stage(rest.delivery());

    assertThat(rest.name()).isEqualTo("by a delta");
    assertThat(rest.cost().bytes()).isEqualTo(whole.estimate().bytes());
    assertSameFiles(slot);
  }

  @Test
  void most_of_a_delta_does_not_come_again_because_the_registry_is_away_for_a_moment()
      throws Exception {
    breakDelta(90);
    Way rest = next();
    server.lie(part ->
        part.isWhole()
            ? Optional.empty()
            : Optional.of(new MockResponse.Builder().code(503).build()));

    assertThatThrownBy(() -> slots.stage(rest.delivery())).isInstanceOf(Fault.Transient.class);

    assertThat(rest.cost().bytes()).isZero();
    server.lie(_ -> Optional.empty());
    assertThat(next().estimate()).isEqualTo(rest.estimate());
  }

  /** On a host with a release of which the next one takes over every second piece of a file. */
  private Way breakDelta(int percent) throws Exception {
    stop();
    serve(published);
    image = registry.resolve(NAME, releases.getFirst(), Platform.ofThisHost());
    slots.stage(ways().whole().delivery());
    image = registry.resolve(NAME, releases.getLast(), Platform.ofThisHost());
    Way way = next();
    breaking(percent);
    assertThatThrownBy(() -> slots.stage(way.delivery())).isInstanceOf(Fault.Transient.class);
    server.lie(_ -> Optional.empty());
    return way;
  }

  @BeforeAll
  static void publish(@TempDir Path place) throws Exception {
    published = new Editions(place);
    byte[] mixed = noise(1);
    Files.write(published.tree(1).resolve("mixed"), mixed);
    Digest one = published.build("1", published.tree(1));
    byte[] news = noise(2);
    for (int at = 0; at < mixed.length; at += 2 * PIECE) {
      System.arraycopy(news, at, mixed, at, PIECE);
    }
    Files.write(published.tree(2).resolve("mixed"), mixed);
    releases = List.of(one, published.build("2", published.tree(2)));
    published.delta();
  }

  private static byte[] noise(int seed) {
    byte[] noise = new byte[24 << 20];
    new Random(seed).nextBytes(noise);
    return noise;
  }

  @Test
  void what_was_begun_of_another_release_makes_way_for_the_one_that_is_wanted() throws Exception {
    kill();
    image = build("2", editions.tree(2));
    breakAt(50);

    Way way = next();
    Slot slot = slots.stage(way.delivery());

    assertThat(way.cost().bytes()).isLessThan(image.layers().getFirst().size() * 2 / 3);
    assertSame(slot);
  }

  @Test
  void within_one_large_file_each_try_goes_on_where_the_last_was() throws Exception {
    breakAt(20);
    breakAt(80);

    Way way = next();
    Slot slot = slots.stage(way.delivery());

    assertThat(way.cost().bytes()).isLessThan(image.layers().getFirst().size() / 3);
    assertSame(slot);
  }

  @Test
  void files_that_were_finished_are_taken_over_and_not_written_again() throws Exception {
    kill();
    Object made = Files.getAttribute(begun().resolve("small/file-7"), "unix:ino");

    Slot slot = slots.stage(next().delivery());

    assertThat(Files.getAttribute(slot.path().resolve("small/file-7"), "unix:ino")).isEqualTo(made);
  }

  @Test
  void it_outlives_the_next_start_and_the_end_of_older_slots() throws Exception {
    kill();

    slots.sweep();
    slots.prune(NAME, Set.of());

    assertThat(next().cost()).isEqualTo(Cost.NONE);
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
  void no_file_of_the_host_is_taken_for_one_that_was_begun() throws Exception {
    kill();
    Path outside = folder.resolve("outside");
    Files.move(begun().resolve("small"), outside);
    Files.createSymbolicLink(begun().resolve("small"), outside);

    Object before = Files.getAttribute(outside.resolve("file-1"), "unix:ctime");

    Slot slot = slots.stage(next().delivery());

    assertThat(Files.getAttribute(outside.resolve("file-1"), "unix:ctime"))
        .as("neither linked nor touched")
        .isEqualTo(before);
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
    breakAt(10);

    assertThat(next().estimate().bytes()).isLessThan(image.layers().getFirst().size() / 4);
    assertSame(slots.stage(next().delivery()));
  }

  @Test
  void it_survives_a_403_and_a_mirror_with_wrong_bytes() throws Exception {
    breakAt(90);
    Way forbidden = next();
    server.lie(_ -> Optional.of(new MockResponse.Builder().code(403).build()));
    assertThatThrownBy(() -> slots.stage(forbidden.delivery())).isInstanceOf(Fault.class);
    server.lie(_ -> Optional.empty());
    Way wrong = next();
    server.lie(part -> Optional.of(part.answer(noise(part))));
    assertThatThrownBy(() -> slots.stage(wrong.delivery())).isInstanceOf(Fault.class);
    server.lie(_ -> Optional.empty());

    assertThat(next().estimate().bytes()).isLessThan(image.layers().getFirst().size() / 4);
    assertSame(slots.stage(next().delivery()));
  }

  @ValueSource(
      strings = {"a file", "a link", "a link to itself", "a foreign folder", "nothing else"})
  @ParameterizedTest
  void whatever_stands_in_its_place_is_in_nobodys_way(String what) throws Exception {
    kill();
    Path place = home().resolve(".begun");
    Path aside = folder.resolve("aside");
    Files.move(place, aside);
    switch (what) {
      case "a file" -> Files.writeString(place, "mine");
      case "a link" -> Files.createSymbolicLink(place, aside);
      case "a link to itself" -> Files.createSymbolicLink(place, Path.of("."));
      case "a foreign folder" -> Files.createDirectories(place.resolve("foreign/bin"));
      default -> Files.createDirectory(place);
    }

    breakAt(50);
    Slot slot = slots.stage(next().delivery());

    assertThat(aside.resolve(image.release().slotName()).resolve("large")).exists();
    assertSame(slot);
  }

  @Test
  void on_a_disk_that_gets_full_it_makes_way_even_for_another_package() throws Exception {
    kill();
    Path other = home().resolveSibling("other/.begun/half");
    Files.createDirectories(other);
    Scratch small =
        Interposed.disk(
            "free", real -> Files.exists(other) ? new Scratch.Free(1000, 1000) : real.run());
    Slots tight = slots(new DurableDisk(), small);

    tight.checkSpace(Ways.bare(image), 0);

    assertThat(begun()).exists();
    assertThat(other.getParent()).doesNotExist();
  }

  @Test
  void on_a_disk_that_is_full_without_others_its_own_makes_way() throws Exception {
    kill();
    Scratch small =
        Interposed.disk(
            "free", real -> Files.exists(begun()) ? new Scratch.Free(1000, 1000) : real.run());

    slots(new DurableDisk(), small).checkSpace(Ways.bare(image), 0);

    assertThat(left()).isEmpty();
  }

  @Test
  void what_is_here_already_needs_no_room_again() throws Exception {
    kill();
    // 5.35 MB in all, of which 0.6 MB are here: what has two names is copied, and so is the largest
    Scratch small = Interposed.disk("free", _ -> new Scratch.Free(5_000_000, 10_000));
    Slots tight = slots(new DurableDisk(), small);
    Way way = next();

    tight.checkSpace(Ways.bare(image), 0);
    Slot slot = tight.stage(way.delivery());

    assertThat(way.cost()).isEqualTo(Cost.NONE);
    assertSame(slot);
  }

  @Test
  void what_lacks_only_its_mark_is_not_fetched_again() throws Exception {
    Slot slot = slots.stage(ways().whole().delivery());
    Files.delete(slot.path().resolve(".fleet-installer/valid"));

    slots.makeWay(image.release());
    Way way = next();
    Slot again = slots.stage(way.delivery());

    assertThat(way.cost()).isEqualTo(Cost.NONE);
    assertSame(again);
  }

  @Test
  void what_was_laid_aside_is_not_fetched_again() throws Exception {
    slots.stage(ways().whole().delivery());

    slots.layAside(image.release());
    boolean there = slots.whole(NAME, image.release().digest()).isPresent();
    Way way = next();
    Slot again = slots.stage(way.delivery());

    assertThat(there).isFalse();
    assertThat(way.cost()).isEqualTo(Cost.NONE);
    assertSame(again);
  }

  @Test
  void a_copy_that_a_link_names_is_not_laid_aside() throws Exception {
    Slot slot = slots.stage(ways().whole().delivery());
    slots.point(slot);

    slots.layAside(image.release());

    assertThat(slots.whole(NAME, image.release().digest())).contains(slot);
  }

  @Test
  void where_no_table_tells_what_is_right_of_it_it_takes_no_room() throws Exception {
    kill();
    Way whole = ways().whole();
    Delivery unlisted =
        new Delivery(
            whole.delivery().release(),
            whole.delivery().descriptor(),
            whole.delivery().descriptorBytes(),
            whole.delivery().layers().stream().map(BegunTest::unlisted).toList());
    Scratch small =
        Interposed.disk(
            "free",
            real ->
                Files.exists(home().resolve(".begun")) ? new Scratch.Free(1000, 1000) : real.run());

    Slot slot = slots(new DurableDisk(), small).stage(unlisted);

    assertThat(slots.verify(slot)).isEmpty();
    assertThat(left()).containsExactly(slot.path());
  }

  @Test
  void a_table_that_could_not_be_fetched_this_time_forgets_nothing() throws Exception {
    breakAt(90);
    Way whole = ways().whole();
    Delivery unlisted =
        new Delivery(
            whole.delivery().release(),
            whole.delivery().descriptor(),
            whole.delivery().descriptorBytes(),
            whole.delivery().layers().stream().map(BegunTest::withoutItsTable).toList());
    server.lie(_ -> Optional.of(new MockResponse.Builder().code(503).build()));
    assertThatThrownBy(() -> slots.stage(unlisted)).isInstanceOf(Fault.class);
    server.lie(_ -> Optional.empty());

    assertThat(next().estimate().bytes()).isLessThan(image.layers().getFirst().size() / 4);
  }

  private static Layer withoutItsTable(Layer layer) {
    Layer.Packed packed = (Layer.Packed) layer;
    return new Layer.Packed(
        packed.size(), packed.compression(), packed.opener(), Optional.empty(), packed.pinned());
  }

  private static Layer unlisted(Layer layer) {
    Layer.Packed packed = (Layer.Packed) layer;
    return new Layer.Packed(
        packed.size(), packed.compression(), packed.opener(), Optional.empty(), Optional.empty());
  }

  @Test
  void it_goes_away_when_nobody_wants_it() throws Exception {
    kill();
    slots.forgetBegun(_ -> false);
    assertThat(slots.inventory(image.release()).goesOn()).isTrue();
    slots.forgetBegun(NAME::equals);
    assertThat(left()).isEmpty();
  }

  /** Stages as a whole, until the connection breaks for good. */
  private void breakAt(int percent) throws Exception {
    Way way = ways().whole();
    breaking(percent);
    assertThatThrownBy(() -> slots.stage(way.delivery())).isInstanceOf(Fault.Transient.class);
    server.lie(_ -> Optional.empty());
  }

  private void breaking(int percent) {
    AtomicInteger asked = new AtomicInteger();
    server.lie(part ->
        Optional.of(
            asked.getAndIncrement() == 0
                ? cut(part, percent)
                : new MockResponse.Builder().code(503).build()));
  }

  private static MockResponse cut(LayoutServer.Part part, int percent) {
    byte[] bytes = part.bytes();
    MockResponse whole = part.isWhole() ? LayoutServer.whole(bytes) : part.answer(bytes);
    return whole
        .newBuilder()
        .body(new Buffer().write(bytes, 0, (int) ((long) bytes.length * percent / 100)))
        .setHeader("Content-Length", bytes.length)
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
    Set<Digest> held =
        slots.read(NAME).whole().stream()
            .map(slot -> slot.release().digest())
            .collect(Collectors.toSet());
    return ways().cheap(slots.inventory(image.release()), held).ways().getFirst();
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

  private List<Path> left() throws IOException {
    if (!Files.exists(home())) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(home())) {
      return all.toList();
    }
  }

  private static byte[] noise(LayoutServer.Part part) {
    byte[] noise = part.bytes();
    new Random(3).nextBytes(noise);
    return noise;
  }

  /** To the last bit what a host has that fetched it as a whole, and nothing beside it. */
  private void assertSame(Slot slot) throws Exception {
    assertSameFiles(slot);
    assertThat(left()).containsExactly(slot.path());
  }

  private void assertSameFiles(Slot slot) throws Exception {
    Slot whole = editions.slots("elsewhere").stage(ways().whole().delivery());
    assertThat(slots.verify(slot)).isEmpty();
    assertThat(contents(slot)).isEqualTo(contents(whole));
    assertThat(times(slot)).isEqualTo(times(whole));
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

package io.fleetinstaller.supply;

import static io.fleetinstaller.supply.Editions.NAME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Delivery;
import io.fleetinstaller.slots.Interposed;
import io.fleetinstaller.slots.Layer;
import io.fleetinstaller.slots.Slots;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a staging that was interrupted has made is not fetched again, nor in anybody's way. */
@Timeout(60)
final class BegunTest {
  @TempDir private Path folder;
  private InterruptedHost host;

  @BeforeEach
  void a_host_without_any_slot() throws Exception {
    host = new InterruptedHost(folder);
  }

  @AfterEach
  void stop() {
    host.close();
  }

  @ValueSource(ints = {10, 20, 50, 90, 97})
  @ParameterizedTest
  void after_an_outage_only_the_rest_is_fetched(int percent) throws Exception {
    long size = host.image.layers().getFirst().size();
    host.breakAt(percent);

    Way way = host.next();
    Slot slot = host.slots.stage(way.delivery());

    assertThat(way.name()).isEqualTo("by ranges");
    assertThat(way.cost().bytes())
        .as("of %d bytes", size)
        .isLessThan(size * (100 - percent) / 100 + (512 << 10));
    host.assertSame(slot);
  }

  @ValueSource(ints = {400, 403, 404})
  @ParameterizedTest
  void what_came_is_kept_when_a_registry_refuses_the_rest(int status) throws Exception {
    Way way = host.ways().whole();
    host.breaking(90, status);
    assertThatThrownBy(() -> host.slots.stage(way.delivery())).isInstanceOf(Fault.class);
    host.server.lie(_ -> Optional.empty());

    assertThat(host.next().estimate().bytes())
        .isLessThan(host.image.layers().getFirst().size() / 4);
    host.assertSame(host.slots.stage(host.next().delivery()));
  }

  @Test
  void a_daemon_that_was_killed_goes_on_where_it_was() throws Exception {
    host.kill();

    Way way = host.next();
    Slot slot = host.slots.stage(way.delivery());

    assertThat(way.cost()).isEqualTo(Cost.NONE);
    host.assertSame(slot);
  }

  @Test
  void what_was_begun_of_another_release_makes_way_for_the_one_that_is_wanted() throws Exception {
    host.kill();
    host.image = host.build("2", host.editions.tree(2));
    host.breakAt(50);

    Way way = host.next();
    Slot slot = host.slots.stage(way.delivery());

    assertThat(way.cost().bytes()).isLessThan(host.image.layers().getFirst().size() * 2 / 3);
    host.assertSame(slot);
  }

  @Test
  void within_one_large_file_each_try_goes_on_where_the_last_was() throws Exception {
    host.breakAt(20);
    host.breakAt(80);

    Way way = host.next();
    Slot slot = host.slots.stage(way.delivery());

    assertThat(way.cost().bytes()).isLessThan(host.image.layers().getFirst().size() / 3);
    host.assertSame(slot);
  }

  @Test
  void files_that_were_finished_are_taken_over_and_not_written_again() throws Exception {
    host.kill();
    Object made = Files.getAttribute(host.begun().resolve("small/file-7"), "unix:ino");

    Slot slot = host.slots.stage(host.next().delivery());

    assertThat(Files.getAttribute(slot.path().resolve("small/file-7"), "unix:ino")).isEqualTo(made);
  }

  @Test
  void it_outlives_the_next_start_and_the_end_of_older_slots() throws Exception {
    host.kill();

    host.slots.sweep();
    host.slots.prune(NAME, Set.of());

    assertThat(host.next().cost()).isEqualTo(Cost.NONE);
  }

  @Test
  void what_was_begun_further_is_kept_when_the_next_try_is_interrupted_sooner() throws Exception {
    host.breakAt(90);
    host.breakAt(10);

    assertThat(host.next().estimate().bytes())
        .isLessThan(host.image.layers().getFirst().size() / 4);
    host.assertSame(host.slots.stage(host.next().delivery()));
  }

  @Test
  void it_survives_a_403_and_a_mirror_with_wrong_bytes() throws Exception {
    host.breakAt(90);
    Way forbidden = host.next();
    host.server.lie(_ -> Optional.of(new MockResponse.Builder().code(403).build()));
    assertThatThrownBy(() -> host.slots.stage(forbidden.delivery())).isInstanceOf(Fault.class);
    host.server.lie(_ -> Optional.empty());
    Way wrong = host.next();
    host.server.lie(part -> Optional.of(part.answer(noise(part))));
    assertThatThrownBy(() -> host.slots.stage(wrong.delivery())).isInstanceOf(Fault.class);
    host.server.lie(_ -> Optional.empty());

    assertThat(host.next().estimate().bytes())
        .isLessThan(host.image.layers().getFirst().size() / 4);
    host.assertSame(host.slots.stage(host.next().delivery()));
  }

  @Test
  void on_a_disk_that_gets_full_it_makes_way_even_for_another_package() throws Exception {
    host.kill();
    Path other = host.home().resolveSibling("other/.begun/half");
    Files.createDirectories(other);
    Scratch small =
        Interposed.disk(
            "free", real -> Files.exists(other) ? new Scratch.Free(1000, 1000) : real.run());
    Slots tight = host.slots(new DurableDisk(), small);

    tight.checkSpace(Ways.bare(host.image), 0);

    assertThat(host.begun()).exists();
    assertThat(other.getParent()).doesNotExist();
  }

  @Test
  void on_a_disk_that_is_full_without_others_its_own_makes_way() throws Exception {
    host.kill();
    Scratch small =
        Interposed.disk(
            "free", real -> Files.exists(host.begun()) ? new Scratch.Free(1000, 1000) : real.run());

    host.slots(new DurableDisk(), small).checkSpace(Ways.bare(host.image), 0);

    assertThat(host.left()).isEmpty();
  }

  @Test
  void what_is_here_already_needs_no_room_again() throws Exception {
    host.kill();
    // 5.35 MB in all, of which 0.6 MB are here: what has two names is copied, and so is the largest
    Scratch small = Interposed.disk("free", _ -> new Scratch.Free(5_000_000, 10_000));
    Slots tight = host.slots(new DurableDisk(), small);
    Way way = host.next();

    tight.checkSpace(Ways.bare(host.image), 0);
    Slot slot = tight.stage(way.delivery());

    assertThat(way.cost()).isEqualTo(Cost.NONE);
    host.assertSame(slot);
  }

  @Test
  void what_lacks_only_its_mark_is_not_fetched_again() throws Exception {
    Slot slot = host.slots.stage(host.ways().whole().delivery());
    Files.delete(slot.path().resolve(".fleet-installer/valid"));

    host.slots.makeWay(host.image.release());
    Way way = host.next();
    Slot again = host.slots.stage(way.delivery());

    assertThat(way.cost()).isEqualTo(Cost.NONE);
    host.assertSame(again);
  }

  @Test
  void what_was_laid_aside_is_not_fetched_again() throws Exception {
    host.slots.stage(host.ways().whole().delivery());

    host.slots.layAside(host.image.release());
    boolean there = host.slots.whole(NAME, host.image.release().digest()).isPresent();
    Way way = host.next();
    Slot again = host.slots.stage(way.delivery());

    assertThat(there).isFalse();
    assertThat(way.cost()).isEqualTo(Cost.NONE);
    host.assertSame(again);
  }

  @Test
  void a_copy_that_a_link_names_is_not_laid_aside() throws Exception {
    Slot slot = host.slots.stage(host.ways().whole().delivery());
    host.slots.point(slot);

    host.slots.layAside(host.image.release());

    assertThat(host.slots.whole(NAME, host.image.release().digest())).contains(slot);
  }

  @Test
  void where_no_table_tells_what_is_right_of_it_it_takes_no_room() throws Exception {
    host.kill();
    Way whole = host.ways().whole();
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
                Files.exists(host.home().resolve(".begun"))
                    ? new Scratch.Free(1000, 1000)
                    : real.run());

    Slot slot = host.slots(new DurableDisk(), small).stage(unlisted);

    assertThat(host.slots.verify(slot)).isEmpty();
    assertThat(host.left()).containsExactly(slot.path());
  }

  @Test
  void a_table_that_could_not_be_fetched_this_time_forgets_nothing() throws Exception {
    host.breakAt(90);
    Way whole = host.ways().whole();
    Delivery unlisted =
        new Delivery(
            whole.delivery().release(),
            whole.delivery().descriptor(),
            whole.delivery().descriptorBytes(),
            whole.delivery().layers().stream().map(BegunTest::withoutItsTable).toList());
    host.server.lie(_ -> Optional.of(new MockResponse.Builder().code(503).build()));
    assertThatThrownBy(() -> host.slots.stage(unlisted)).isInstanceOf(Fault.class);
    host.server.lie(_ -> Optional.empty());

    assertThat(host.next().estimate().bytes())
        .isLessThan(host.image.layers().getFirst().size() / 4);
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
    host.kill();
    host.slots.forgetBegun(_ -> false);
    assertThat(host.slots.inventory(host.image.release()).goesOn()).isTrue();
    host.slots.forgetBegun(NAME::equals);
    assertThat(host.left()).isEmpty();
  }

  private static byte[] noise(LayoutServer.Part part) {
    byte[] noise = part.bytes();
    new Random(3).nextBytes(noise);
    return noise;
  }
}

package io.fleetinstaller.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.delta.Layouts;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.packages.Build;
import io.fleetinstaller.packages.DeltaBuild;
import io.fleetinstaller.packages.Ownership;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Slots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real packages over HTTP into real slots: whichever way, the same slot comes out. */
class WaysTest {
  private static final PackageName NAME = new PackageName("agent");
  private static final int LARGE = 3 << 20;

  @TempDir private Path folder;
  private LayoutServer server;
  private Registry registry;
  private Slots slots;

  @BeforeEach
  void a_host_with_the_old_release() throws Exception {
    Files.createDirectories(folder.resolve("layout"));
    server = new LayoutServer(folder.resolve("layout"));
    registry =
        new Registry(RegistrySettings.of(List.of(server.address())), new FakeTime(), new Random(1));
    slots = slots("host");
  }

  @AfterEach
  void stop() {
    registry.close();
    server.close();
  }

  @Test
  void a_host_without_any_slot_fetches_the_whole() throws Exception {
    Image image = build("1", tree(1));

    List<Way> cheap = ways(image).cheap(slots.inventory(NAME), Set.of());

    assertThat(cheap.stream().map(Way::name)).isEmpty();
  }

  @Test
  void progress_ends_at_what_was_estimated() throws Exception {
    Image image = build("1", tree(1));
    List<Long> told = new CopyOnWriteArrayList<>();
    Ways watched = Ways.to(image, registry, (done, total) -> told.addAll(List.of(done, total)));

    slots.stage(watched.whole().delivery());

    long size = image.layers().getFirst().size();
    assertThat(told.subList(told.size() - 2, told.size())).containsExactly(size, size);
  }

  @Test
  void an_upgrade_by_ranges_fetches_what_changed_and_makes_the_same_slot() throws Exception {
    install(build("1", tree(1)));
    Path changed = tree(2);
    edit(changed.resolve("large"), LARGE / 2);
    Image image = build("2", changed);
    server.ranges.clear();

    Way way = ways(image).ranges(slots.inventory(NAME)).orElseThrow();
    Slot slot = slots.stage(way.delivery());

    assertThat(server.ranges).as("the table, and the parts").hasSize(1 + way.cost().requests());
    assertThat(way.cost()).isEqualTo(way.estimate());
    assertThat(way.cost().bytes()).isLessThan(LARGE / 3);
    assertThat(slots.verify(slot)).isEmpty();
    assertThat(contents(slot)).isEqualTo(contents(elsewhere(image)));
  }

  @Test
  void a_release_that_has_nothing_new_costs_no_request() throws Exception {
    install(build("1", tree(1)));
    Image image = build("2", tree(1));

    Way way = ways(image).ranges(slots.inventory(NAME)).orElseThrow();
    Slot slot = slots.stage(way.delivery());

    assertThat(way.cost()).isEqualTo(new Cost(0, 0));
    assertThat(contents(slot)).isEqualTo(contents(elsewhere(image)));
  }

  @Test
  void a_published_delta_is_the_cheapest_way_and_makes_the_same_slot() throws Exception {
    Slot old = install(build("1", tree(1)));
    Path changed = tree(2);
    edit(changed.resolve("large"), LARGE / 2);
    Image image = build("2", changed);
    delta();

    List<Way> ways = cheap(image, old);
    Slot slot = slots.stage(ways.getFirst().delivery());

    assertThat(ways.stream().map(Way::name)).containsExactly("by a delta", "by ranges");
    assertThat(ways.getFirst().cost()).isEqualTo(ways.getFirst().estimate());
    assertThat(ways.getFirst().cost().bytes()).isLessThan(ways.getLast().estimate().bytes());
    assertThat(slots.verify(slot)).isEmpty();
    assertThat(contents(slot)).isEqualTo(contents(elsewhere(image)));
  }

  @Test
  void a_delta_from_what_no_slot_holds_is_passed_over() throws Exception {
    Slot older = install(build("0", tree(3)));
    Image ignored = build("1", tree(1));
    Image image = build("2", tree(2));
    delta();

    List<Way> ways = cheap(image, older);

    assertThat(ignored.release()).isNotEqualTo(older.release());
    assertThat(ways.stream().map(Way::name)).doesNotContain("by a delta");
  }

  @Test
  void a_delta_on_files_that_rotted_is_refused_and_leaves_nothing() throws Exception {
    Slot old = install(build("1", tree(1)));
    Image image = build("2", tree(2));
    delta();
    edit(old.path().resolve("small/file-1"), 100);

    Way way = cheap(image, old).getFirst();
    Fault.Refused refused =
        catchThrowableOfType(Fault.Refused.class, () -> slots.stage(way.delivery()));

    assertThat(refused.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(slots.read(NAME).whole()).hasSize(1);
  }

  @Test
  void a_registry_that_ignores_ranges_gives_whole_layers() throws Exception {
    install(build("1", tree(1)));
    Image image = build("2", tree(2));
    server.lie(part -> Optional.of(LayoutServer.whole(part.blob())));

    Ways ways = ways(image);

    assertThat(ways.cheap(slots.inventory(NAME), Set.of()).stream().map(Way::name)).isEmpty();
    assertThat(slots.verify(slots.stage(ways.whole().delivery()))).isEmpty();
  }

  @Test
  void parts_with_other_bytes_are_refused_and_the_whole_still_serves() throws Exception {
    install(build("1", tree(1)));
    Image image = build("2", tree(2));
    Ways ways = ways(image);
    server.lie(part -> part.isWhole() ? Optional.empty() : Optional.of(part.answer(noise(part))));

    Way way = ways.ranges(slots.inventory(NAME)).orElseThrow();
    Fault.Refused refused =
        catchThrowableOfType(Fault.Refused.class, () -> slots.stage(way.delivery()));

    assertThat(refused.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(slots.read(NAME).whole()).hasSize(1);
    assertThat(slots.verify(slots.stage(ways.whole().delivery()))).isEmpty();
  }

  @Test
  void parts_of_another_layer_are_refused() throws Exception {
    install(build("1", tree(1)));
    Image image = build("2", tree(2));
    Ways ways = ways(image);
    server.lie(part -> {
      byte[] wrong = part.bytes();
      System.arraycopy(part.blob(), 0, wrong, 0, Math.min(wrong.length, part.from()));
      return Optional.of(part.answer(wrong));
    });

    Way way = ways.ranges(slots.inventory(NAME)).orElseThrow();
    Fault.Refused refused =
        catchThrowableOfType(Fault.Refused.class, () -> slots.stage(way.delivery()));

    assertThat(refused.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
  }

  @Test
  void a_file_that_rotted_is_found_and_fetched() throws Exception {
    Slot old = install(build("1", tree(1)));
    Image image = build("2", tree(2));
    edit(old.path().resolve("small/file-1"), 100);

    Way hopeful = ways(image).ranges(slots.inventory(NAME)).orElseThrow();
    Fault.Refused refused =
        catchThrowableOfType(Fault.Refused.class, () -> slots.stage(hopeful.delivery()));
    Way careful = ways(image).ranges(slots.soundInventory(NAME)).orElseThrow();
    Slot slot = slots.stage(careful.delivery());

    assertThat(refused).hasMessageContaining("small/file-1");
    assertThat(contents(slot)).isEqualTo(contents(elsewhere(image)));
  }

  @Test
  void a_table_with_other_bytes_than_its_digest_is_not_used() throws Exception {
    install(build("1", tree(1)));
    Image image = build("2", tree(2));
    server.lie(part -> part.isWhole() ? Optional.empty() : Optional.of(part.answer(noise(part))));

    Ways ways = ways(image);

    assertThat(ways.cheap(slots.inventory(NAME), Set.of()).stream().map(Way::name)).isEmpty();
  }

  private static byte[] noise(LayoutServer.Part part) {
    byte[] noise = new byte[part.to() - part.from()];
    new Random(part.from()).nextBytes(noise);
    return noise;
  }

  private Ways ways(Image image) throws Fault, InterruptedException {
    return Ways.to(image, registry, (_, _) -> {});
  }

  private List<Way> cheap(Image image, Slot held) throws Fault, InterruptedException {
    return ways(image).cheap(slots.inventory(NAME), Set.of(held.release().digest()));
  }

  /** Publishes what leads from 1 to 2. */
  private void delta() throws Fault, InterruptedException {
    Path layout = folder.resolve("layout");
    new DeltaBuild(new Layouts(), _ -> {})
        .run(Reference.parse(layout + ":1"), Reference.parse(layout + ":2"));
  }

  private Slot install(Image image) throws Exception {
    return slots.stage(ways(image).whole().delivery());
  }

  /** The same release on a host of its own, as a whole. */
  private Slot elsewhere(Image image) throws Exception {
    return slots("elsewhere").stage(ways(image).whole().delivery());
  }

  private Slots slots(String host) throws IOException {
    Path packages = Files.createDirectories(folder.resolve(host));
    return new Slots(
        packages, new Doors(new DurableDisk(), new FileScratch(), DescriptorFormat::read), 0);
  }

  private static String contents(Slot slot) throws IOException {
    return Files.readString(slot.path().resolve(".fleet-installer/contents"));
  }

  /** One large file, many small ones of which one in ten differs, an empty one, and links. */
  private Path tree(int edition) throws IOException {
    Path tree = folder.resolve("tree-" + edition);
    if (Files.exists(tree)) {
      return tree;
    }
    Files.createDirectories(tree.resolve("small"));
    byte[] large = new byte[LARGE];
    new Random(7).nextBytes(large);
    Files.write(tree.resolve("large"), large);
    Files.write(tree.resolve("zeros"), new byte[300_000]);
    Files.createFile(tree.resolve("empty"));
    for (int i = 0; i < 300; i++) {
      byte[] bytes = new byte[2000];
      new Random(i % 10 == 0 ? 1000L * edition + i : i).nextBytes(bytes);
      Files.write(tree.resolve("small/file-" + i), bytes);
    }
    Files.createSymbolicLink(tree.resolve("link"), Path.of("small/file-1"));
    Files.createLink(tree.resolve("other-name"), tree.resolve("large"));
    return tree;
  }

  /** Changes a few bytes in the middle of a file. */
  private static void edit(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    for (int i = at; i < at + 10; i++) {
      bytes[i] ^= 0x33;
    }
    Files.write(file, bytes);
  }

  private Image build(String version, Path tree) throws Exception {
    Path descriptor = folder.resolve(version + ".yaml");
    Platform platform = Platform.ofThisHost();
    Files.writeString(
        descriptor,
        """
        {formatVersion: 1, name: agent, version: "%s",
         platform: {os: %s, architecture: %s},
         health: {startPeriod: 1s, interval: 1s, stableFor: 5s, deadline: 30s}}
        """
            .formatted(version, platform.os(), platform.architecture()));
    Build.Built built =
        new Build(
                tree, descriptor, folder.resolve("layout"), version, Ownership.ROOT, Instant.EPOCH)
            .run();
    return registry.resolve(NAME, built.top(), platform);
  }
}

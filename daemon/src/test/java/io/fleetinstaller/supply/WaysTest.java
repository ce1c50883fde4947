package io.fleetinstaller.supply;

import static io.fleetinstaller.supply.Editions.LARGE;
import static io.fleetinstaller.supply.Editions.NAME;
import static io.fleetinstaller.supply.Editions.contents;
import static io.fleetinstaller.supply.Editions.edit;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Slots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real packages over HTTP into real slots: whichever way, the same slot comes out. */
class WaysTest {

  @TempDir private Path folder;
  private Editions editions;
  private LayoutServer server;
  private Registry registry;
  private Slots slots;

  @BeforeEach
  void a_host_with_the_old_release() throws Exception {
    editions = new Editions(folder);
    server = new LayoutServer(editions.layout());
    registry =
        new Registry(RegistrySettings.of(List.of(server.address())), new FakeTime(), new Random(1));
    slots = editions.slots("host");
  }

  @AfterEach
  void stop() {
    registry.close();
    server.close();
  }

  @Test
  void a_host_without_any_slot_fetches_the_whole() throws Exception {
    Image image = build("1", editions.tree(1));

    List<Way> cheap = ways(image).cheap(slots.inventory(image.release()), Set.of()).ways();

    assertThat(cheap.stream().map(Way::name)).isEmpty();
  }

  @Test
  void progress_ends_at_what_was_estimated() throws Exception {
    Image image = build("1", editions.tree(1));
    List<Long> told = new CopyOnWriteArrayList<>();
    Ways watched = Ways.to(image, registry, (done, total) -> told.addAll(List.of(done, total)));

    slots.stage(watched.whole().delivery());

    long size = image.layers().getFirst().size();
    assertThat(told.subList(told.size() - 2, told.size())).containsExactly(size, size);
  }

  @Test
  void an_upgrade_by_ranges_fetches_what_changed_and_makes_the_same_slot() throws Exception {
    install(build("1", editions.tree(1)));
    Path changed = editions.tree(2);
    edit(changed.resolve("large"), LARGE / 2);
    Image image = build("2", changed);
    server.ranges.clear();

    Way way = ways(image).ranges(slots.inventory(image.release())).orElseThrow();
    Slot slot = slots.stage(way.delivery());

    assertThat(server.ranges).as("the table, and the parts").hasSize(1 + way.cost().requests());
    assertThat(way.cost()).isEqualTo(way.estimate());
    assertThat(way.cost().bytes()).isLessThan(LARGE / 3);
    assertThat(slots.verify(slot)).isEmpty();
    assertThat(contents(slot)).isEqualTo(contents(elsewhere(image)));
  }

  @Test
  void a_long_stretch_is_estimated_at_as_many_requests_as_it_takes() throws Exception {
    install(build("1", editions.tree(1)));
    Path changed = editions.tree(2);
    Files.write(changed.resolve("first"), news(2 * (int) Spans.MOST + 1));
    Files.write(changed.resolve("news"), news((int) Spans.MOST + 1));
    Image image = build("2", changed);
    Way way = ways(image).ranges(slots.inventory(image.release())).orElseThrow();
    server.ranges.clear();

    slots.stage(way.delivery());

    assertThat(way.estimate().requests())
        .as("before the file that is there three, behind it two")
        .isEqualTo(5);
    assertThat(server.ranges).hasSize(way.estimate().requests());
    assertThat(way.cost()).isEqualTo(way.estimate());
  }

  @Test
  void a_release_that_has_nothing_new_costs_no_request() throws Exception {
    install(build("1", editions.tree(1)));
    Image image = build("2", editions.tree(1));

    Way way = ways(image).ranges(slots.inventory(image.release())).orElseThrow();
    Slot slot = slots.stage(way.delivery());

    assertThat(way.cost()).isEqualTo(new Cost(0, 0));
    assertThat(contents(slot)).isEqualTo(contents(elsewhere(image)));
  }

  @Test
  void a_published_delta_is_the_cheapest_way_and_makes_the_same_slot() throws Exception {
    Slot old = install(build("1", editions.tree(1)));
    Path changed = editions.tree(2);
    edit(changed.resolve("large"), LARGE / 2);
    Image image = build("2", changed);
    editions.delta();

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
    Slot older = install(build("0", editions.tree(3)));
    Image ignored = build("1", editions.tree(1));
    Image image = build("2", editions.tree(2));
    editions.delta();

    List<Way> ways = cheap(image, older);

    assertThat(ignored.release()).isNotEqualTo(older.release());
    assertThat(ways.stream().map(Way::name)).doesNotContain("by a delta");
  }

  @Test
  void a_delta_that_cannot_be_cheaper_than_the_ranges_is_not_looked_into() throws Exception {
    Slot old = install(build("1", editions.tree(1)));
    Path news = editions.tree(3);
    Files.copy(withNews(3 << 20).resolve("news"), news.resolve("news"));
    install(build("3", news));
    Image image = build("2", editions.tree(2));
    editions.delta("1", "2");
    Ways ways = ways(image);
    server.requests.clear();

    List<Way> cheap =
        ways.cheap(slots.inventory(image.release()), Set.of(old.release().digest())).ways();

    assertThat(cheap.stream().map(Way::name)).containsExactly("by ranges");
    assertThat(server.requests).noneMatch(path -> path.contains("/blobs/"));
  }

  @Test
  void a_slot_with_very_many_files_hides_none_of_another() throws Exception {
    Path other = editions.tree(3);
    edit(other.resolve("large"), 0);
    Slot many = install(build("0", other));
    Slot old = install(build("1", editions.tree(1)));
    Path changed = editions.tree(2);
    edit(changed.resolve("large"), LARGE / 2);
    Image image = build("2", changed);
    editions.delta();
    Path contents = many.path().resolve(".fleet-installer/contents");
    String line =
        Files.readAllLines(contents).stream()
            .filter(each -> each.startsWith("FILE") && each.contains("small/file-1"))
            .findFirst()
            .orElseThrow();
    StringBuilder lines = new StringBuilder(Files.readString(contents));
    for (int i = 0; i < 25_000; i++) {
      String digest = Digest.of(Integer.toString(i).getBytes(UTF_8)).hex();
      lines.append(line.replaceFirst("[0-9a-f]{64}", digest)).append('\n');
    }
    Path marker = contents.resolveSibling("valid");
    String now = Digest.of(lines.toString().getBytes(UTF_8)).toString();
    String before = Digest.of(Files.readAllBytes(contents)).toString();
    Files.writeString(contents, lines);
    Files.writeString(marker, Files.readString(marker).replace(before, now));

    List<Way> ways = cheap(image, old);

    assertThat(slots.read(NAME).whole()).hasSize(2);
    assertThat(ways.stream().map(Way::name)).contains("by a delta");
  }

  @Test
  void a_delta_that_is_gone_hides_no_other() throws Exception {
    Slot older = install(build("0", editions.tree(3)));
    Slot old = install(build("1", editions.tree(1)));
    Image image = build("2", editions.tree(2));
    String gone = editions.delta("0", "2").hex();
    editions.delta("1", "2");
    Files.delete(editions.layout().resolve("blobs/sha256").resolve(gone));

    List<Way> ways =
        ways(image)
            .cheap(
                slots.inventory(image.release()),
                Set.of(older.release().digest(), old.release().digest()))
            .ways();

    assertThat(ways.stream().map(Way::name)).contains("by a delta");
  }

  @Test
  void a_delta_on_files_that_rotted_is_refused_and_leaves_nothing() throws Exception {
    Slot old = install(build("1", editions.tree(1)));
    Image image = build("2", editions.tree(2));
    editions.delta();
    edit(old.path().resolve("small/file-1"), 100);

    Way way = cheap(image, old).getFirst();
    Fault.Refused refused =
        catchThrowableOfType(Fault.Refused.class, () -> slots.stage(way.delivery()));

    assertThat(refused.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(slots.read(NAME).whole()).hasSize(1);
  }

  @Test
  void a_registry_that_ignores_ranges_gives_whole_layers() throws Exception {
    install(build("1", editions.tree(1)));
    Image image = build("2", editions.tree(2));
    server.lie(part -> Optional.of(LayoutServer.whole(part.blob())));

    Ways ways = ways(image);

    assertThat(
            ways.cheap(slots.inventory(image.release()), Set.of()).ways().stream().map(Way::name))
        .isEmpty();
    assertThat(slots.verify(slots.stage(ways.whole().delivery()))).isEmpty();
  }

  @Test
  void parts_with_other_bytes_are_refused_and_the_whole_still_serves() throws Exception {
    install(build("1", editions.tree(1)));
    Image image = build("2", editions.tree(2));
    Ways ways = ways(image);
    server.lie(part -> part.isWhole() ? Optional.empty() : Optional.of(part.answer(noise(part))));

    Way way = ways.ranges(slots.inventory(image.release())).orElseThrow();
    Fault.Refused refused =
        catchThrowableOfType(Fault.Refused.class, () -> slots.stage(way.delivery()));

    assertThat(refused.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(slots.read(NAME).whole()).hasSize(1);
    assertThat(slots.verify(slots.stage(ways.whole().delivery()))).isEmpty();
  }

  @Test
  void a_broken_connection_costs_at_most_one_span_more() throws Exception {
    install(build("1", editions.tree(1)));
    Image image = build("2", withNews(3 * (int) Spans.MOST));
    Ways ways = ways(image);
    Way way = ways.ranges(slots.inventory(image.release())).orElseThrow();
    Set<Integer> broken = ConcurrentHashMap.newKeySet();
    AtomicLong asked = new AtomicLong();
    server.lie(part -> {
      asked.addAndGet(part.to() - part.from());
      return broken.size() < 2 && broken.add(part.to())
          ? Optional.of(
              part.answer(part.bytes())
                  .newBuilder()
                  .onResponseBody(new SocketEffect.CloseSocket())
                  .build())
          : Optional.empty();
    });

    Slot slot = slots.stage(way.delivery());

    assertThat(broken).hasSize(2);
    assertThat(asked.get()).isBetween(3 * Spans.MOST, 5 * Spans.MOST);
    assertThat(contents(slot)).isEqualTo(contents(elsewhere(image)));
  }

  @Test
  void a_layer_that_changes_between_two_parts_is_refused() throws Exception {
    install(build("1", editions.tree(1)));
    Image image = build("2", withNews(3 * (int) Spans.MOST));
    Ways ways = ways(image);
    Way way = ways.ranges(slots.inventory(image.release())).orElseThrow();
    AtomicLong good = new AtomicLong();
    server.lie(part ->
        good.getAndIncrement() < 2
            ? Optional.empty()
            : Optional.of(
                part.answer(noise(part)).newBuilder().addHeader("ETag", "\"another\"").build()));

    Fault.Refused refused =
        catchThrowableOfType(Fault.Refused.class, () -> slots.stage(way.delivery()));

    assertThat(good.get()).as("parts after the change").isGreaterThan(2);
    assertThat(refused.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(slots.read(NAME).whole()).hasSize(1);
  }

  @Test
  void parts_of_another_layer_are_refused() throws Exception {
    install(build("1", editions.tree(1)));
    Image image = build("2", editions.tree(2));
    Ways ways = ways(image);
    server.lie(part -> {
      byte[] wrong = part.bytes();
      System.arraycopy(part.blob(), 0, wrong, 0, Math.min(wrong.length, part.from()));
      return Optional.of(part.answer(wrong));
    });

    Way way = ways.ranges(slots.inventory(image.release())).orElseThrow();
    Fault.Refused refused =
        catchThrowableOfType(Fault.Refused.class, () -> slots.stage(way.delivery()));

    assertThat(refused.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
  }

  @Test
  void a_file_that_rotted_is_found_and_fetched() throws Exception {
    Slot old = install(build("1", editions.tree(1)));
    Image image = build("2", editions.tree(2));
    edit(old.path().resolve("small/file-1"), 100);

    Way hopeful = ways(image).ranges(slots.inventory(image.release())).orElseThrow();
    Fault.Refused refused =
        catchThrowableOfType(Fault.Refused.class, () -> slots.stage(hopeful.delivery()));
    Way careful = ways(image).ranges(slots.soundInventory(image.release())).orElseThrow();
    Slot slot = slots.stage(careful.delivery());

    assertThat(refused).hasMessageContaining("small/file-1");
    assertThat(contents(slot)).isEqualTo(contents(elsewhere(image)));
  }

  @Test
  void a_table_with_other_bytes_than_its_digest_is_not_used() throws Exception {
    install(build("1", editions.tree(1)));
    Image image = build("2", editions.tree(2));
    server.lie(part -> part.isWhole() ? Optional.empty() : Optional.of(part.answer(noise(part))));

    Ways ways = ways(image);

    assertThat(
            ways.cheap(slots.inventory(image.release()), Set.of()).ways().stream().map(Way::name))
        .isEmpty();
  }

  @Test
  void no_way_is_better_where_this_hosts_own_disk_is_the_trouble() {
    Fault full = new Fault.Transient(ReasonCode.DISK_FULL, "full");
    Fault failing = new Fault.Transient(ReasonCode.IO_ERROR, "failing");
    Fault network = new Fault.Transient(ReasonCode.TRANSFER_BROKEN, "broken");
    Fault refusal = new Fault.Broken(ReasonCode.AUTH_FAILED, "403");

    assertThat(List.of(full, failing)).noneMatch(Ways::anotherMayDoBetter);
    assertThat(List.of(network, refusal)).allMatch(Ways::anotherMayDoBetter);
  }

  private Image build(String version, Path tree) throws Exception {
    return registry.resolve(NAME, editions.build(version, tree), Platform.ofThisHost());
  }

  /** The second edition with so many bytes that nobody holds. */
  private Path withNews(int size) throws IOException {
    Path tree = editions.tree(2);
    Files.write(tree.resolve("news"), news(size));
    return tree;
  }

  private static byte[] news(int size) {
    byte[] news = new byte[size];
    new Random(size).nextBytes(news);
    return news;
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
    return ways(image)
        .cheap(slots.inventory(image.release()), Set.of(held.release().digest()))
        .ways();
  }

  private Slot install(Image image) throws Exception {
    return slots.stage(ways(image).whole().delivery());
  }

  /** The same release on a host of its own, as a whole. */
  private Slot elsewhere(Image image) throws Exception {
    return editions.slots("elsewhere").stage(ways(image).whole().delivery());
  }
}

package io.fleetinstaller.supply;

import static io.fleetinstaller.supply.Editions.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Slots;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What parts cost behind a registry that keeps its blobs elsewhere. */
class TransferTest {
  private static final int PARTS = 5;

  @TempDir private Path folder;
  private Editions editions;
  private LayoutServer server;
  private LayoutServer elsewhere;
  private Registry registry;
  private Slots slots;
  private final FakeTime time = new FakeTime();

  /** It has the old release; the new one has so many parts more. */
  @BeforeEach
  void a_host_with_the_old_release() throws Exception {
    editions = new Editions(folder);
    server = new LayoutServer(editions.layout());
    elsewhere = new LayoutServer(editions.layout());
    registry = new Registry(RegistrySettings.of(List.of(server.address())), time, new Random(1));
    slots = editions.slots("host");
    slots.stage(ways(image(editions.build("1", editions.tree(1)))).whole().delivery());
    server.ranges.clear();
    server.lie(part ->
        part.blob()[0] == '{'
            ? Optional.empty()
            : Optional.of(LayoutServer.redirect(elsewhere.blob(Digest.of(part.blob())))));
  }

  @AfterEach
  void stop() {
    registry.close();
    server.close();
    elsewhere.close();
  }

  @Test
  void the_registry_is_asked_once_where_the_parts_of_a_blob_are() throws Exception {
    Way way = way();

    Slot slot = slots.stage(way.delivery());

    assertThat(slots.verify(slot)).isEmpty();
    assertThat(server.ranges).as("for the table").hasSize(1);
    assertThat(way.cost().requests()).isGreaterThanOrEqualTo(PARTS);
    assertThat(elsewhere.ranges).hasSize(1 + way.cost().requests());
  }

  @Test
  void an_address_that_is_no_longer_good_is_asked_for_again() throws Exception {
    Way way = way();
    AtomicInteger refused = new AtomicInteger();
    elsewhere.lie(_ ->
        refused.getAndIncrement() == 0
            ? Optional.of(new MockResponse.Builder().code(403).build())
            : Optional.empty());

    Slot slot = slots.stage(way.delivery());

    assertThat(slots.verify(slot)).isEmpty();
    assertThat(server.ranges).hasSizeGreaterThan(1);
  }

  @Test
  void what_breaks_there_is_asked_of_the_registry_again() throws Exception {
    Way way = way();
    AtomicInteger broken = new AtomicInteger();
    elsewhere.lie(part ->
        broken.getAndIncrement() == 0
            ? Optional.of(
                part.answer(part.bytes())
                    .newBuilder()
                    .onResponseBody(new SocketEffect.CloseSocket())
                    .build())
            : Optional.empty());

    Slot slot = slots.stage(way.delivery());

    assertThat(slots.verify(slot)).isEmpty();
    assertThat(server.ranges).as("for the table, and for what broke").hasSize(2);
  }

  @Test
  void an_address_is_asked_for_again_when_it_is_old() throws Exception {
    Way way = way();
    time.pass(Duration.ofMinutes(2));

    slots.stage(way.delivery());

    assertThat(server.ranges).hasSizeGreaterThan(1);
  }

  private Way way() throws Exception {
    Path tree = editions.tree(2);
    byte[] news = new byte[PARTS * (int) Spans.MOST];
    new Random(11).nextBytes(news);
    Files.write(tree.resolve("news"), news);
    Image image = image(editions.build("2", tree));
    return ways(image).ranges(slots.inventory(image.release())).orElseThrow();
  }

  private Image image(Digest digest) throws Exception {
    return registry.resolve(NAME, digest, Platform.ofThisHost());
  }

  private Ways ways(Image image) throws Exception {
    return Ways.to(image, registry, (_, _) -> {});
  }
}

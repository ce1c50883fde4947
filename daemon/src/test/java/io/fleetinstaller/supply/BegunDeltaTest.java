package io.fleetinstaller.supply;

import static io.fleetinstaller.supply.Editions.NAME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Slot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A delta that broke is gone on with where it was. */
@Timeout(60)
final class BegunDeltaTest {
  private static final int PIECE = 64 << 10;

  /** Two releases and the delta between them, made once: packing them takes seconds. */
  private static Editions published;

  private static List<Digest> releases;

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

  @Test
  void a_delta_that_broke_is_gone_on_with_where_it_was() throws Exception {
    Way whole = breakDelta(60);

    Way rest = host.next();
    Slot slot = host.slots.stage(rest.delivery());

    assertThat(rest.name()).isEqualTo("by a delta");
    assertThat(rest.estimate().bytes())
        .as(
            "of %d bytes: the block that broke, of 2 MiB, and one that ends in the middle of a chunk",
            whole.estimate().bytes())
        .isLessThan(whole.estimate().bytes() * 4 / 10 + (4 << 20));
    assertThat(rest.cost()).isEqualTo(rest.estimate());
    host.assertSameFiles(slot);
  }

  @ValueSource(ints = {200, 403, 404})
  @ParameterizedTest
  void a_delta_is_gone_on_with_where_its_blocks_come_in_one_piece_only(int answer)
      throws Exception {
    Way whole = breakDelta(60);
    Way rest = host.next();
    host.server.lie(part ->
        part.isWhole() || answer == 200
            ? Optional.of(LayoutServer.whole(part.blob()))
            : Optional.of(new MockResponse.Builder().code(answer).build()));

    Slot slot = host.slots.stage(rest.delivery());

    assertThat(rest.name()).isEqualTo("by a delta");
    assertThat(rest.cost().bytes()).isEqualTo(whole.estimate().bytes());
    host.assertSameFiles(slot);
  }

  @Test
  void most_of_a_delta_does_not_come_again_because_the_registry_is_away_for_a_moment()
      throws Exception {
    breakDelta(90);
    Way rest = host.next();
    host.server.lie(part ->
        part.isWhole()
            ? Optional.empty()
            : Optional.of(new MockResponse.Builder().code(503).build()));

    assertThatThrownBy(() -> host.slots.stage(rest.delivery())).isInstanceOf(Fault.Transient.class);

    assertThat(rest.cost().bytes()).isZero();
    host.server.lie(_ -> Optional.empty());
    assertThat(host.next().estimate()).isEqualTo(rest.estimate());
  }

  /** On a host with a release of which the next one takes over every second piece of a file. */
  private Way breakDelta(int percent) throws Exception {
    stop();
    host.serve(published);
    host.image = host.registry.resolve(NAME, releases.getFirst(), Platform.ofThisHost());
    host.slots.stage(host.ways().whole().delivery());
    host.image = host.registry.resolve(NAME, releases.getLast(), Platform.ofThisHost());
    Way way = host.next();
    host.breaking(percent);
    assertThatThrownBy(() -> host.slots.stage(way.delivery())).isInstanceOf(Fault.Transient.class);
    host.server.lie(_ -> Optional.empty());
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
}

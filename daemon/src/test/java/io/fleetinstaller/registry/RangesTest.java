package io.fleetinstaller.registry;

import static io.fleetinstaller.registry.FakeRegistry.answer;
import static io.fleetinstaller.registry.Packed.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Parts of a layer, and where a download that broke goes on, with and without ranges. */
class RangesTest {
  private static final int MEBIBYTE = 1 << 20;

  private final Packed packed = Packed.index(bytes(3 * MEBIBYTE));
  private final FakeRegistry registry = new FakeRegistry(packed).started();
  private final FakeRegistry second = new FakeRegistry(packed).started();
  private final Pulling pulling = Pulling.from(registry);

  @AfterEach
  void stop() {
    registry.close();
    second.close();
  }

  @Test
  void a_connection_that_breaks_again_and_again_is_resumed_where_it_broke() throws Exception {
    registry.cutting(MEBIBYTE);

    byte[] layer = pulling.layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
    assertThat(registry.headers("Range")).endsWith("-", "bytes=1048576-", "bytes=2097152-");
    assertThat(registry.headers("If-Range")).endsWith("-", "\"copy\"", "\"copy\"");
    assertThat(pulling.pauses).as("progress is not punished").isEmpty();
  }

  @Test
  void a_part_of_a_layer_is_one_request_for_its_bytes() throws Exception {
    byte[] part = pulling.part(packed, new Span(1000, 5000));

    assertThat(part).isEqualTo(Arrays.copyOfRange(packed.layer, 1000, 5000));
    assertThat(registry.headers("Range")).endsWith("bytes=1000-4999");
  }

  @Test
  void a_part_whose_connection_breaks_is_resumed_within_it() throws Exception {
    registry.cutting(MEBIBYTE);

    byte[] part = pulling.part(packed, new Span(10, 10 + 3 * MEBIBYTE / 2));

    assertThat(part).isEqualTo(Arrays.copyOfRange(packed.layer, 10, 10 + 3 * MEBIBYTE / 2));
    assertThat(registry.headers("Range")).endsWith("bytes=10-1572873", "bytes=1048586-1572873");
  }

  @Test
  void a_registry_without_ranges_gives_no_parts() {
    registry.withoutRanges();

    Fault fault = Pulling.fault(() -> pulling.part(packed, new Span(1000, 5000)));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.REGISTRY_ERROR);
    assertThat(fault).isInstanceOf(Fault.Refused.class).hasMessageContaining("as a whole only");
  }

  @Tag("F29")
  @Test
  void a_registry_without_ranges_is_read_from_the_start_and_skipped_over() throws Exception {
    registry
        .withoutRanges()
        .script(request ->
            request.getUrl().encodedPath().contains(packed.layerDigest())
                    && request.getHeaders().get("Range") == null
                ? Optional.of(shortBody(MEBIBYTE))
                : Optional.empty());

    byte[] layer = pulling.layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
  }

  @Test
  void a_registry_without_ranges_that_always_cuts_at_the_same_place_is_given_up() {
    registry.withoutRanges().cutting(MEBIBYTE);

    Fault fault = pulling.failing(packed);

    assertThat(fault).isInstanceOf(Fault.Transient.class);
    assertThat(fault.reason().code()).isEqualTo(ReasonCode.TRANSFER_BROKEN);
    assertThat(pulling.pauses)
        .hasSize(5)
        .allMatch(pause -> pause.compareTo(Duration.ofSeconds(30)) <= 0);
  }

  @Test
  void what_comes_twice_is_paid_twice_where_there_is_a_limit() throws Exception {
    registry
        .withoutRanges()
        .script(request ->
            registry.isLayer(request) && request.getHeaders().get("Range") == null
                ? Optional.of(shortBody(MEBIBYTE))
                : Optional.empty());
    Duration before = pulling.time.elapsed();

    byte[] layer = pulling.limited(MEBIBYTE).layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
    assertThat(pulling.time.elapsed().minus(before))
        .as("4 MiB, one at once")
        .isBetween(Duration.ofMillis(2900), Duration.ofSeconds(3));
    assertThat(pulling.cost().bytes).hasValue(4 * MEBIBYTE);
  }

  @Test
  void a_registry_without_ranges_whose_connections_break_is_not_read_over_and_over() {
    AtomicInteger times = new AtomicInteger();
    registry
        .withoutRanges()
        .script(request ->
            registry.isLayer(request)
                ? Optional.of(
                    shortBody(Math.min(3 * MEBIBYTE, MEBIBYTE / 3 * times.incrementAndGet())))
                : Optional.empty());

    Fault fault = pulling.failing(packed);

    assertThat(fault).isInstanceOf(Fault.Transient.class);
    assertThat(fault).hasMessageContaining("from its beginning");
    assertThat(pulling.cost().bytes.get()).isLessThan(6 * MEBIBYTE);
  }

  @Test
  void redirects_logins_and_resumptions_are_counted_like_every_request() throws Exception {
    registry.script(request ->
        registry.isLayer(request)
            ? Optional.of(
                new MockResponse.Builder()
                    .code(307)
                    .addHeader("Location", second.server.url(request.getUrl().encodedPath()) + "")
                    .build())
            : Optional.empty());
    second.cutting(MEBIBYTE);

    byte[] layer = pulling.layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
    assertThat(second.requests).hasSize(3);
    assertThat(pulling.cost().requests).hasValue(6);
    assertThat(pulling.cost().bytes).hasValue(3 * MEBIBYTE);
  }

  @Test
  void a_trickle_of_broken_connections_is_not_progress() {
    registry.cutting(1000);

    Fault fault = pulling.failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.TRANSFER_BROKEN);
    assertThat(registry.requests).hasSizeLessThan(12);
  }

  @Test
  void another_range_than_the_wanted_one_is_not_spliced_in() {
    registry
        .cutting(MEBIBYTE)
        .script(request ->
            request.getHeaders().get("Range") == null
                ? Optional.empty()
                : Optional.of(
                    new MockResponse.Builder()
                        .code(206)
                        .addHeader("Content-Range", "bytes 5-10/100")
                        .body("garbage")
                        .build()));

    Fault fault = pulling.failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.REGISTRY_ERROR);
    assertThat(fault).hasMessageContaining("another part");
  }

  @Test
  void a_range_that_the_registry_cannot_satisfy_is_asked_for_as_a_whole() throws Exception {
    registry.script(request -> {
      if (!request.getUrl().encodedPath().contains(packed.layerDigest())) {
        return Optional.empty();
      }
      return request.getHeaders().get("Range") == null && registry.requests.size() < 5
          ? Optional.of(shortBody(MEBIBYTE))
          : Optional.ofNullable(request.getHeaders().get("Range")).map(range -> answer(416, ""));
    });

    byte[] layer = pulling.layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
  }

  private MockResponse shortBody(int bytes) {
    return new MockResponse.Builder()
        .body(new Buffer().write(packed.layer, 0, bytes))
        .setHeader("Content-Length", packed.layer.length)
        .onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE)
        .build();
  }
}

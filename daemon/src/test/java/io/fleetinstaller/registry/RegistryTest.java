package io.fleetinstaller.registry;

import static io.fleetinstaller.registry.FakeRegistry.answer;
import static io.fleetinstaller.registry.Packed.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pulling from registries that are honest, refuse, lie, fall silent or have us wait. */
class RegistryTest {
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
  void a_release_is_pulled_from_index_to_layer_with_one_request_each() throws Exception {
    byte[] layer = pulling.layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
    assertThat(registry.requests).hasSize(4);
    assertThat(registry.paths().getFirst()).isEqualTo("/v2/agents/agent/manifests/" + packed.top);
    assertThat(registry.headers("Accept").getFirst())
        .contains("image.index.v1", "manifest.list.v2");
    assertThat(registry.headers("Accept-Encoding")).containsOnly("identity");
  }

  @Test
  void what_a_registry_asks_to_wait_is_waited() throws Exception {
    registry.script(request ->
        registry.requests.size() == 1
            ? Optional.of(
                new MockResponse.Builder().code(429).addHeader("Retry-After", "17").build())
            : Optional.empty());

    byte[] layer = pulling.layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
    assertThat(pulling.pauses).containsExactly(Duration.ofSeconds(17));
  }

  @Test
  void whom_a_download_waits_for_is_told_until_its_bytes_come() throws Exception {
    List<List<Wait>> asked = new CopyOnWriteArrayList<>();
    registry.script(request -> {
      if (!registry.isLayer(request)) {
        return Optional.empty();
      }
      asked.add(List.copyOf(pulling.cost().waits));
      return asked.size() == 1
          ? Optional.of(new MockResponse.Builder().code(503).addHeader("Retry-After", "17").build())
          : Optional.empty();
    });
    Instant before = pulling.time.now();

    byte[] layer = pulling.layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
    assertThat(asked)
        .containsExactly(
            List.of(),
            List.of(new Wait(registry.address(), before.plusSeconds(17), "it answered 503")));
    assertThat(pulling.cost().waits).isEmpty();
  }

  @Test
  void a_download_that_is_given_up_waits_for_nobody() {
    registry.script(request ->
        registry.isLayer(request)
            ? Optional.of(new MockResponse.Builder().code(503).build())
            : Optional.empty());

    Fault fault = pulling.failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.REGISTRY_ERROR);
    assertThat(pulling.pauses).hasSize(5);
    assertThat(pulling.cost().waits).isEmpty();
  }

  @Test
  void nobody_makes_us_wait_longer_than_our_own_limit() {
    registry.always(new MockResponse.Builder().code(503).addHeader("Retry-After", "86400").build());

    Fault fault = pulling.failing(packed);

    assertThat(fault).isInstanceOf(Fault.Transient.class);
    assertThat(fault.reason().code()).isEqualTo(ReasonCode.REGISTRY_ERROR);
    assertThat(pulling.pauses).hasSize(5).containsOnly(Duration.ofSeconds(30));
  }

  @Tag("F26")
  @Test
  void what_is_not_there_is_asked_for_once() {
    registry.always(answer(404, "{\"errors\":[{\"message\":\"unknown\"}]}"));

    Fault fault = pulling.failing(packed);

    assertThat(fault).isInstanceOf(Fault.Refused.class);
    assertThat(fault.reason().code()).isEqualTo(ReasonCode.NOT_FOUND);
    assertThat(fault).hasMessageContaining("404 (unknown)");
    assertThat(registry.requests).hasSize(1);
    assertThat(pulling.pauses).isEmpty();
  }

  @Test
  void a_mirror_that_answers_garbage_is_passed_over() throws Exception {
    registry.always(answer(200, "<html>Please log in to the hotel's network</html>"));

    byte[] layer = Pulling.from(registry, second).layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
    assertThat(registry.requests).hasSize(4);
  }

  @Tag("F27")
  @Test
  void a_layer_whose_bytes_are_wrong_comes_from_the_next_mirror_when_opened_again()
      throws Exception {
    byte[] wrong = packed.layer.clone();
    wrong[7] ^= 1;
    registry.script(request ->
        request.getUrl().encodedPath().contains(packed.layerDigest())
            ? Optional.of(answer(200, wrong))
            : Optional.empty());
    Pulling both = Pulling.from(registry, second);

    Fault first = both.failing(packed);
    byte[] again = both.layer(packed);

    assertThat(first.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(first).hasMessageContaining(registry.address());
    assertThat(again).isEqualTo(packed.layer);
  }

  @Test
  void a_mirror_whose_bytes_were_wrong_once_serves_while_the_other_is_down() throws Exception {
    wrongLayerOnce();
    second.close();
    Pulling both = Pulling.from(registry, second);

    Fault first = both.failing(packed);
    byte[] again = both.layer(packed);

    assertThat(first.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(again).isEqualTo(packed.layer);
  }

  @Test
  void a_mirror_that_served_well_again_is_the_first_to_be_asked_again() throws Exception {
    wrongLayerOnce();
    second.script(
        request -> second.requests.size() == 1 ? Optional.of(answer(404, "")) : Optional.empty());
    Pulling both = Pulling.from(registry, second);

    Fault first = both.failing(packed);
    byte[] again = both.layer(packed);
    byte[] later = both.layer(packed);

    assertThat(first.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(again).isEqualTo(packed.layer);
    assertThat(later).isEqualTo(packed.layer);
    assertThat(second.requests).hasSize(1);
  }

  private void wrongLayerOnce() {
    byte[] wrong = packed.layer.clone();
    wrong[7] ^= 1;
    AtomicInteger times = new AtomicInteger();
    registry.script(request ->
        request.getUrl().encodedPath().contains(packed.layerDigest())
                && times.getAndIncrement() == 0
            ? Optional.of(answer(200, wrong))
            : Optional.empty());
  }

  @Test
  void a_download_that_broke_for_good_goes_on_at_the_next_mirror() throws Exception {
    registry
        .cutting(MEBIBYTE)
        .script(request ->
            request.getHeaders().get("Range") == null
                ? Optional.empty()
                : Optional.of(answer(404, "")));

    byte[] layer = Pulling.from(registry, second).layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
    assertThat(second.headers("Range")).containsExactly("bytes=1048576-");
    assertThat(second.headers("If-Range")).containsExactly("-");
  }

  @Test
  void when_all_mirrors_fail_each_is_named_with_its_reason() {
    registry.always(answer(404, ""));
    second.always(answer(403, ""));

    Fault fault = Pulling.from(registry, second).failing(packed);

    assertThat(fault)
        .hasMessageContaining(registry.address() + ": it answered 404")
        .hasMessageContaining(second.address() + ": it answered 403");
    assertThat(registry.requests).hasSize(1);
    assertThat(second.requests).hasSize(1);
  }

  @Test
  void a_manifest_without_end_is_cut_at_the_limit() {
    registry.always(
        new MockResponse.Builder()
            .chunkedBody(new Buffer().write(new byte[Limits.MANIFEST + 2]), 1 << 16)
            .build());

    Fault fault = pulling.failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.TOO_LARGE);
  }

  @Test
  void a_layer_of_another_length_is_refused_before_its_first_byte() {
    registry.script(request ->
        request.getUrl().encodedPath().contains(packed.layerDigest())
            ? Optional.of(answer(200, bytes(10)))
            : Optional.empty());

    Fault fault = pulling.failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.SIZE_MISMATCH);
  }

  @Test
  void a_registry_that_hangs_up_without_an_answer_is_tried_again() throws Exception {
    registry.script(request ->
        registry.requests.size() < 3
            ? Optional.of(
                new MockResponse.Builder()
                    .onResponseStart(SocketEffect.ShutdownConnection.INSTANCE)
                    .build())
            : Optional.empty());

    byte[] layer = pulling.layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
  }

  @Test
  void a_registry_that_falls_silent_is_too_slow() {
    registry.script(request ->
        request.getUrl().encodedPath().contains(packed.layerDigest())
            ? Optional.of(
                new MockResponse.Builder()
                    .body(new Buffer().write(packed.layer, 0, 1000))
                    .setHeader("Content-Length", packed.layer.length)
                    .onResponseEnd(SocketEffect.Stall.INSTANCE)
                    .build())
            : Optional.empty());
    second.always(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());

    Fault silent = pulling.impatient(500).failing(packed);
    Fault mute = Pulling.from(second).impatient(500).failing(packed);

    assertThat(silent.reason().code()).isEqualTo(ReasonCode.TOO_SLOW);
    assertThat(mute.reason().code()).isEqualTo(ReasonCode.TOO_SLOW);
  }

  @Test
  void an_interrupted_pull_ends_as_interrupted() throws Exception {
    registry.always(answer(503, ""));
    Thread.currentThread().interrupt();

    Exception thrown =
        org.assertj.core.api.Assertions.catchThrowableOfType(
            Exception.class, () -> pulling.layer(packed));

    assertThat(thrown).isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }
}

package io.fleetinstaller.registry;

import static io.fleetinstaller.registry.FakeRegistry.answer;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.http.ProxySettings;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Wait;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pulling from registries that are honest, broken, slow to come back, or lie. */
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
            request.getUrl().encodedPath().contains(layerDigest())
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
            isLayer(request) && request.getHeaders().get("Range") == null
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
            isLayer(request)
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
        isLayer(request)
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

  private boolean isLayer(RecordedRequest request) {
    return request.getUrl().encodedPath().contains(layerDigest());
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
      if (!request.getUrl().encodedPath().contains(layerDigest())) {
        return Optional.empty();
      }
      return request.getHeaders().get("Range") == null && registry.requests.size() < 5
          ? Optional.of(shortBody(MEBIBYTE))
          : Optional.ofNullable(request.getHeaders().get("Range")).map(range -> answer(416, ""));
    });

    byte[] layer = pulling.layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
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
      if (!isLayer(request)) {
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
        isLayer(request)
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
        request.getUrl().encodedPath().contains(layerDigest())
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
        request.getUrl().encodedPath().contains(layerDigest()) && times.getAndIncrement() == 0
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
        request.getUrl().encodedPath().contains(layerDigest())
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
        request.getUrl().encodedPath().contains(layerDigest())
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
  void a_redirect_is_followed_without_the_credentials() throws Exception {
    second.script(request -> Optional.of(answer(200, packed.layer)));
    registry.script(request ->
        request.getUrl().encodedPath().contains(layerDigest())
            ? Optional.of(
                new MockResponse.Builder()
                    .code(307)
                    .addHeader("Location", second.server.url("/cdn/x?sig=1"))
                    .build())
            : challenge(request.getHeaders().get("Authorization")));

    byte[] layer = pulling.authFile(AuthTest.config(registry, "user", "secret")).layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
    assertThat(registry.headers("Authorization")).endsWith("Basic dXNlcjpzZWNyZXQ=");
    assertThat(second.headers("Authorization")).containsExactly("-");
  }

  @Test
  void redirects_in_a_circle_end() {
    registry.always(
        new MockResponse.Builder().code(302).addHeader("Location", "/v2/again").build());

    Fault fault = pulling.failing(packed);

    assertThat(fault).hasMessageContaining("redirects more than");
    assertThat(registry.requests).hasSize(6);
  }

  @Test
  void a_name_that_does_not_exist_is_told_from_a_port_where_nobody_listens() {
    second.close();

    Fault noName = Pulling.from("http://registry.invalid/agents/agent").failing(packed);
    Fault noPort = Pulling.from(second).failing(packed);

    assertThat(noName.reason().code()).isEqualTo(ReasonCode.DNS_FAILED);
    assertThat(noName).hasMessageContaining("registry.invalid");
    assertThat(noPort.reason().code()).isEqualTo(ReasonCode.CONNECT_FAILED);
  }

  @Tag("F31")
  @Test
  void a_proxy_of_the_settings_or_the_environment_carries_the_requests() throws Exception {
    URI proxy = URI.create("http://127.0.0.1:" + registry.server.getPort());
    String address = "http://registry.test/agents/agent";

    byte[] bySetting =
        Pulling.from(address).proxy(new ProxySettings(proxy, null, null)).layer(packed);
    byte[] byEnvironment =
        Pulling.from(address).environment("http_proxy", proxy.toString()).layer(packed);

    assertThat(bySetting).isEqualTo(packed.layer);
    assertThat(byEnvironment).isEqualTo(packed.layer);
    assertThat(registry.requests).hasSize(8);
    assertThat(registry.headers("Host")).containsOnly("registry.test");
  }

  @Test
  void a_proxy_gets_its_password_and_one_that_refuses_it_is_named() throws Exception {
    registry.script(request ->
        "Basic bWU6c2VjcmV0".equals(request.getHeaders().get("Proxy-Authorization"))
            ? Optional.empty()
            : Optional.of(
                new MockResponse.Builder()
                    .code(407)
                    .addHeader("Proxy-Authenticate", "Basic realm=x")
                    .build()));
    String at = "127.0.0.1:" + registry.server.getPort();
    Pulling right =
        Pulling.from("http://registry.test/a").environment("http_proxy", "http://me:secret@" + at);
    Pulling wrong =
        Pulling.from("http://registry.test/a").environment("http_proxy", "http://me:wrong@" + at);

    byte[] layer = right.layer(packed);
    Fault fault = wrong.failing(packed);

    assertThat(layer).isEqualTo(packed.layer);
    assertThat(fault.reason().code()).isEqualTo(ReasonCode.PROXY_FAILED);
    assertThat(fault).isInstanceOf(Fault.Broken.class);
    assertThat(fault.getMessage()).doesNotContain("wrong@");
  }

  @Test
  void a_proxy_that_is_not_there_is_not_taken_for_the_registry() {
    second.close();
    Pulling through =
        Pulling.from("http://registry.test/a")
            .environment("http_proxy", "http://127.0.0.1:" + second.server.getPort());

    Fault fault = through.failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.PROXY_FAILED);
    assertThat(fault).isInstanceOf(Fault.Transient.class);
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

  private Optional<MockResponse> challenge(String authorization) {
    return authorization != null
        ? Optional.empty()
        : Optional.of(
            new MockResponse.Builder()
                .code(401)
                .addHeader("WWW-Authenticate", "Basic realm=\"x\"")
                .build());
  }

  private MockResponse shortBody(int bytes) {
    return new MockResponse.Builder()
        .body(new Buffer().write(packed.layer, 0, bytes))
        .setHeader("Content-Length", packed.layer.length)
        .onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE)
        .build();
  }

  private String layerDigest() {
    return io.fleetinstaller.release.Digest.of(packed.layer).toString();
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }
}

package io.fleetinstaller.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.http.Connections;
import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.http.Patience;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One web server, honest or not. */
class WebMirrorTest {
  private static final String PATH = "metadata/timestamp.json";
  private static final Validator TAG = new Validator("If-None-Match", "\"1\"");

  private final WebServer server = new WebServer();
  private Http http;

  @BeforeEach
  void start() throws Exception {
    server.start();
    http = Connections.DEFAULT.open(Map.of());
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
  }

  @Test
  void a_file_comes_with_its_tag() throws Exception {
    server.put(PATH, "hello");

    Mirror.Latest latest = mirror().latest(PATH, 5, Validator.NONE);

    assertThat(latest.bytes().orElseThrow()).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
    assertThat(latest.validator().header()).isEqualTo("If-None-Match");
    assertThat(server.header("Accept-Encoding")).isEqualTo("identity");
  }

  @Test
  void what_did_not_change_costs_no_body() throws Exception {
    server.put(PATH, "hello");
    Validator tag = mirror().latest(PATH, 100, Validator.NONE).validator();

    Mirror.Latest again = mirror().latest(PATH, 100, tag);

    assertThat(again.bytes()).isEmpty();
    assertThat(again.validator()).isEqualTo(tag);
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void a_server_without_tags_is_asked_by_date() throws Exception {
    server.always(
        new MockResponse.Builder().body("x").addHeader("Last-Modified", "yesterday").build());

    Validator validator = mirror().latest(PATH, 100, Validator.NONE).validator();

    assertThat(validator).isEqualTo(new Validator("If-Modified-Since", "yesterday"));
  }

  @Test
  void a_tag_that_cannot_be_sent_back_is_none() throws Exception {
    server.always(new MockResponse.Builder().body("x").addHeader("ETag", "x".repeat(600)).build());

    Validator validator = mirror().latest(PATH, 100, Validator.NONE).validator();

    assertThat(validator).isEqualTo(Validator.NONE);
  }

  @Test
  void an_unchanged_that_nobody_asked_for_is_refused() {
    server.always(new MockResponse.Builder().code(304).build());

    assertThat(refusal(100, Validator.NONE).code()).isEqualTo(ReasonCode.SOURCE_ERROR);
  }

  @ParameterizedTest
  @CsvSource({
    "403, NOT_FOUND, false",
    "404, NOT_FOUND, false",
    "410, NOT_FOUND, false",
    "400, SOURCE_ERROR, false",
    "206, SOURCE_ERROR, false",
    "500, SOURCE_ERROR, true",
    "429, SOURCE_ERROR, true"
  })
  void an_answer_means_what_it_says(int status, ReasonCode code, boolean passing) {
    server.always(new MockResponse.Builder().code(status).build());

    Failure failure = refusal(100, Validator.NONE);

    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.isPassing()).isEqualTo(passing);
  }

  @Test
  void a_wish_for_a_pause_is_remembered() {
    server.always(new MockResponse.Builder().code(503).addHeader("Retry-After", "120").build());
    WebMirror mirror = mirror();

    Failure failure = catchThrowableOfType(Failure.class, () -> mirror.latest(PATH, 100, TAG));

    assertThat(failure.isPassing()).isTrue();
    assertThat(mirror.askedFor()).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void a_missing_file_is_a_fault_that_says_which_and_where() {
    Fault fault = catchThrowableOfType(Fault.class, () -> mirror().fetch(PATH, 100));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.NOT_FOUND);
    assertThat(fault).hasMessageContainingAll(PATH, server.url(), "404");
  }

  @Test
  void an_announced_length_over_the_limit_is_not_read() {
    server.put(PATH, "x".repeat(101));

    Failure failure = refusal(100, Validator.NONE);

    assertThat(failure.code()).isEqualTo(ReasonCode.TOO_LARGE);
  }

  @Test
  void an_endless_answer_is_left_after_the_limit() {
    server.endless();

    Failure failure = refusal(1000, Validator.NONE);

    assertThat(failure.code()).isEqualTo(ReasonCode.TOO_LARGE);
    assertThat(server.sent()).isLessThan(WebServer.ENDLESS);
  }

  @Test
  void a_gzip_bomb_is_not_unpacked() throws Exception {
    server.always(
        new MockResponse.Builder()
            .addHeader("Content-Encoding", "gzip")
            .body(new Buffer().write(bomb()))
            .build());

    Failure failure = refusal(1 << 20, Validator.NONE);

    assertThat(failure.code()).isEqualTo(ReasonCode.SOURCE_ERROR);
    assertThat(failure.why()).contains("compressed");
  }

  @Test
  void a_trickle_is_cut_by_the_floor_rate() {
    server.put(PATH, "x".repeat(1000));
    server.throttle(1, 1, TimeUnit.MILLISECONDS);

    Failure failure = slow(Patience.DEFAULT);

    assertThat(failure.code()).isEqualTo(ReasonCode.TOO_SLOW);
    assertThat(failure.why()).contains("the floor is");
  }

  @Test
  void a_trickle_without_a_floor_is_cut_by_the_deadline() {
    server.put(PATH, "x".repeat(1000));
    server.throttle(1, 1, TimeUnit.MILLISECONDS);

    Failure failure = slow(Patience.DEFAULT.withFloorRate(0));

    assertThat(failure.code()).isEqualTo(ReasonCode.TOO_SLOW);
    assertThat(failure.why()).contains("not all there after 60s");
  }

  @Test
  void files_that_are_each_quick_enough_may_not_take_for_ever_together() throws Exception {
    server.put(PATH, "x");
    FakeTime time = new FakeTime();
    WebMirror mirror = mirror(Patience.DEFAULT, time);
    mirror.fetch(PATH, 1);
    time.pass(Duration.ofSeconds(301));

    Fault fault = catchThrowableOfType(Fault.class, () -> mirror.fetch(PATH, 1));
    mirror.begin();
    byte[] again = mirror.fetch(PATH, 1);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.TOO_SLOW);
    assertThat(again).hasSize(1);
  }

  @Test
  void an_answer_that_breaks_off_is_no_file() {
    server.always(
        new MockResponse.Builder()
            .body("half")
            .setHeader("Content-Length", 8)
            .onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE)
            .build());

    assertThat(refusal(100, Validator.NONE).code()).isEqualTo(ReasonCode.TRANSFER_BROKEN);
  }

  @Test
  void a_redirect_on_the_same_host_is_followed() throws Exception {
    server.put("elsewhere", "hello");
    server.script(request ->
        request.getUrl().encodedPath().endsWith(PATH)
            ? Optional.of(redirect("/elsewhere"))
            : Optional.empty());

    byte[] bytes = mirror().fetch(PATH, 100);

    assertThat(bytes).hasSize(5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/latest",
        "http://localhost/",
        "https://other.example/",
        "ftp://127.0.0.1/",
        "http://127.0.0.1:1/"
      })
  void a_redirect_to_anybody_else_is_refused(String location) {
    server.always(redirect(location));

    Failure failure = refusal(100, Validator.NONE);

    assertThat(failure.code()).isEqualTo(ReasonCode.SOURCE_ERROR);
    assertThat(failure.why()).contains("redirects");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void redirects_in_a_circle_end() {
    server.always(redirect("/again"));

    assertThat(refusal(100, Validator.NONE).why()).contains("more than 3 times");
  }

  private WebMirror mirror() {
    return mirror(Patience.DEFAULT, new FakeTime());
  }

  private WebMirror mirror(Patience patience, Time time) {
    return new WebMirror(URI.create(server.url()), http, patience, time);
  }

  private Failure refusal(long most, Validator validator) {
    return catchThrowableOfType(Failure.class, () -> mirror().latest(PATH, most, validator));
  }

  /** A second passes at each look at the clock. */
  private Failure slow(Patience patience) {
    FakeTime time = new FakeTime();
    Time hasty =
        new Time() {
          @Override
          public Instant now() {
            return time.now();
          }

          @Override
          public Duration elapsed() {
            time.pass(Duration.ofSeconds(1));
            return time.elapsed();
          }

          @Override
          public void sleep(Duration duration) {
            throw new AssertionError("nobody sleeps here");
          }
        };
    return catchThrowableOfType(
        Failure.class, () -> mirror(patience, hasty).latest(PATH, 1 << 20, Validator.NONE));
  }

  private static MockResponse redirect(String location) {
    return new MockResponse.Builder().code(302).addHeader("Location", location).build();
  }

  private static byte[] bomb() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(new byte[8 << 20]);
    }
    return bytes.toByteArray();
  }
}

package io.fleetinstaller.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.http.Connections;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportPostTest {
  @TempDir private Path folder;
  private final WebServer server = new WebServer();
  private final FakeTime time = new FakeTime();
  private Path token;

  @BeforeEach
  void start() {
    server.start();
    server.always(new MockResponse.Builder().code(204).build());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void a_report_arrives_as_it_was_given() throws Exception {
    ReportPost post = post();
    post.offer("status", bytes("x"));

    ReportState state = post.deliver();

    assertThat(server.bodies()).containsExactly(report("x"));
    assertThat(server.header("Content-Type")).isEqualTo("application/json");
    assertThat(server.header("Authorization")).isNull();
    assertThat(state.waiting()).isZero();
    assertThat(state.lastDelivered()).contains(time.now());
  }

  @Test
  void a_delivered_report_is_not_sent_again() throws Exception {
    ReportPost post = post();
    post.offer("status", bytes("1"));
    post.deliver();

    post.deliver();

    assertThat(server.bodies()).hasSize(1);
  }

  @Test
  void reports_arrive_in_the_order_they_were_given_and_only_the_newest_of_a_kind()
      throws Exception {
    ReportPost post = post();
    post.offer("status", bytes("old"));
    post.offer("change-2", bytes("change"));
    post.offer("status", bytes("new"));

    post.deliver();

    assertThat(server.bodies()).containsExactly(report("change"), report("new"));
  }

  @Test
  void what_could_not_be_delivered_is_delivered_after_a_restart() throws Exception {
    server.always(new MockResponse.Builder().code(500).build());
    ReportPost before = post();
    before.offer("status", bytes("1"));
    before.deliver();
    server.always(new MockResponse.Builder().code(200).build());

    ReportState state = post().deliver();

    assertThat(server.bodies()).containsExactly(report("1"), report("1"));
    assertThat(state.waiting()).isZero();
  }

  @Test
  void a_failure_is_told_and_not_tried_again_before_its_time() throws Exception {
    server.always(new MockResponse.Builder().code(503).addHeader("Retry-After", "300").build());
    ReportPost post = post();
    post.offer("status", bytes("1"));
    ReportState failed = post.deliver();

    time.pass(Duration.ofSeconds(299));
    post.deliver();
    int early = server.bodies().size();
    time.pass(Duration.ofSeconds(61));
    post.deliver();

    assertThat(failed.waiting()).isEqualTo(1);
    assertThat(failed.problem().orElseThrow().sentence()).contains(server.url(), "503");
    assertThat(early).isEqualTo(1);
    assertThat(server.bodies()).hasSize(2);
  }

  @Test
  void a_report_that_the_server_will_not_have_does_not_stop_the_others() throws Exception {
    server.script(request ->
        Optional.of(
            new MockResponse.Builder()
                .code(request.getBody().utf8().equals(report("bad")) ? 422 : 200)
                .build()));
    ReportPost post = post();
    post.offer("bad", bytes("bad"));
    post.offer("good", bytes("good"));

    post.deliver();
    post.offer("later", bytes("later"));
    ReportState state = post.deliver();

    assertThat(server.bodies()).containsExactly(report("bad"), report("good"), report("later"));
    assertThat(state.waiting()).isEqualTo(1);
    assertThat(state.nextTry()).isEqualTo(time.elapsed().plus(Rhythm.DEFAULT.longestPause()));
  }

  @Test
  void the_token_is_shown_and_read_anew_each_time() throws Exception {
    token = Files.writeString(folder.resolve("token"), "secret\n");
    ReportPost post = post();
    post.offer("status", bytes("1"));
    post.deliver();
    Files.writeString(token, "newer");
    post.offer("status", bytes("2"));

    post.deliver();

    assertThat(server.headers("Authorization")).containsExactly("Bearer secret", "Bearer newer");
  }

  @Test
  void without_its_token_nothing_is_sent() throws Exception {
    token = folder.resolve("none");
    ReportPost post = post();
    post.offer("status", bytes("1"));

    ReportState state = post.deliver();

    assertThat(server.bodies()).isEmpty();
    assertThat(state.problem().orElseThrow().code()).isEqualTo(ReasonCode.AUTH_FAILED);
    assertThat(state.problem().orElseThrow().sentence()).contains(token.toString());
  }

  @Test
  void a_redirect_is_not_followed_with_the_token() throws Exception {
    token = Files.writeString(folder.resolve("token"), "secret");
    server.always(
        new MockResponse.Builder().code(307).addHeader("Location", "http://localhost:1/").build());
    ReportPost post = post();
    post.offer("status", bytes("1"));

    ReportState state = post.deliver();

    assertThat(server.requests()).hasSize(1);
    assertThat(state.waiting()).isEqualTo(1);
  }

  @Test
  void when_too_many_wait_the_oldest_is_dropped() throws Exception {
    ReportPost post = post();
    for (int i = 0; i <= ReportQueue.MOST_REPORTS; i++) {
      post.offer("change-" + i, bytes("" + i));
    }

    post.deliver();

    assertThat(server.bodies()).hasSize(ReportQueue.MOST_REPORTS).doesNotContain(report("0"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "", "A", "a/b"})
  void a_kind_that_is_no_name_is_refused(String kind) {
    assertThatThrownBy(() -> post().offer(kind, bytes("1"))).isInstanceOf(Fault.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://reports.example.com/", "file:/x", "https://"})
  void an_address_that_everybody_could_read_along_is_refused(String url) {
    assertThatThrownBy(() -> ReportSettings.of(url, null, Rhythm.DEFAULT, Connections.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private ReportPost post() {
    ReportSettings settings =
        ReportSettings.of(server.url() + "in", token, Rhythm.DEFAULT, Connections.DEFAULT);
    return new ReportPost(
        settings, new Site(folder, new DurableDisk(), time, new Random(1), Map.of()));
  }

  private static byte[] bytes(String text) {
    return report(text).getBytes(StandardCharsets.UTF_8);
  }

  private static String report(String text) {
    return "{\"says\":\"%s\"}".formatted(text);
  }
}

package io.fleetinstaller.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A repository with two mirrors, of which the first is bad. */
class MirrorsTest {
  private final Path folder = Jimfs.newFileSystem(Configuration.unix()).getPath("/work");
  private final WebServer second = new WebServer();
  private Follower host;

  @BeforeEach
  void start() {
    second.start();
    host = new Follower(folder);
    host.mirrors.add(second.url());
    second.serve(host.repository.files);
  }

  @AfterEach
  void stop() {
    host.close();
    second.close();
  }

  @Test
  void a_mirror_that_serves_garbage_is_passed_over_and_remembered() throws Exception {
    host.server.put("metadata/timestamp.json", "<html>it works</html>");

    SourceState state = host.poll();

    assertThat(state.problem()).isEmpty();
    assertThat(state.config()).isPresent();
    assertThat(state.badMirrors())
        .singleElement()
        .satisfies(bad -> {
          assertThat(bad.url()).isEqualTo(host.server.url());
          assertThat(bad.why().code()).isEqualTo(ReasonCode.MALFORMED);
          assertThat(bad.at()).isEqualTo(host.time.now());
        });
    assertThat(host.audit.lines()).hasSize(1).first().asString().startsWith("WARN malformed");
    assertThat(host.audit.mirrors()).containsExactly(host.server.url());
  }

  @Tag("F66")
  @Test
  void a_mirror_that_serves_an_old_world_is_passed_over() throws Exception {
    Map<String, byte[]> old = new HashMap<>(host.repository.files);
    host.deploy("another deployment");
    second.serve(host.repository.files);
    host.settled();
    host.server.serve(old);
    host.server.forgetRequests();

    SourceState state = host.poll();

    assertThat(state.problem()).isEmpty();
    assertThat(Follower.texts(state.config().orElseThrow()))
        .containsEntry(Follower.DEPLOYMENT, "another deployment");
    assertThat(state.badMirrors().getFirst().why().code()).isEqualTo(ReasonCode.METADATA_ROLLBACK);
    assertThat(host.audit.lines()).containsExactly("WARN metadata-rollback timestamp 2 3");
  }

  @Test
  void a_mirror_that_has_nothing_is_passed_over() throws Exception {
    host.server.serve(Map.of());

    SourceState state = host.poll();

    assertThat(state.problem()).isEmpty();
    assertThat(state.badMirrors().getFirst().why().code()).isEqualTo(ReasonCode.NOT_FOUND);
    assertThat(host.audit.lines()).hasSize(1).first().asString().startsWith("WARN not-found");
  }

  @Test
  void a_mirror_that_lacks_a_document_is_passed_over() throws Exception {
    Map<String, byte[]> files = new HashMap<>(host.repository.files);
    files.keySet().removeIf(path -> path.startsWith("targets/deployments"));
    host.server.serve(files);

    SourceState state = host.poll();

    assertThat(state.config().orElseThrow().documents()).containsKey(Follower.DEPLOYMENT);
    assertThat(state.badMirrors()).hasSize(1);
  }

  @Test
  void a_mirror_that_cannot_be_reached_is_no_attack() throws Exception {
    host.server.close();

    SourceState state = host.poll();

    assertThat(state.problem()).isEmpty();
    assertThat(state.badMirrors().getFirst().why().code()).isEqualTo(ReasonCode.CONNECT_FAILED);
    assertThat(host.audit.lines()).isEmpty();
  }

  @Test
  void a_bad_mirror_is_asked_last_for_an_hour_and_then_first_again() throws Exception {
    host.server.serve(Map.of());
    host.poll();
    host.server.serve(host.repository.files);
    host.server.forgetRequests();

    host.poll();
    int avoided = host.server.requests().size();
    host.time.pass(Duration.ofHours(1));
    SourceState state = host.poll();

    assertThat(avoided).isZero();
    assertThat(host.server.requests()).isNotEmpty();
    assertThat(state.badMirrors()).isEmpty();
  }

  @Test
  void an_unchanged_poll_of_the_second_mirror_is_one_request_too() throws Exception {
    host.server.serve(Map.of());
    host.poll();
    second.forgetRequests();

    host.poll();

    assertThat(second.requests()).containsExactly("/metadata/timestamp.json");
    assertThat(second.bytesSent()).isZero();
  }

  @Test
  void a_mirror_that_asked_for_a_pause_is_not_even_asked_last() throws Exception {
    host.server.always(
        new MockResponse.Builder().code(503).addHeader("Retry-After", "600").build());
    host.poll();
    second.serve(Map.of());
    host.server.forgetRequests();

    SourceState state = host.poll();

    assertThat(host.server.requests()).isEmpty();
    assertThat(state.nextPoll()).isLessThan(host.time.elapsed().plusSeconds(600));
    assertThat(state.problem()).isPresent();
    assertThat(state.config()).isPresent();
  }

  @Test
  void when_all_are_bad_each_is_named_and_what_was_good_stays() throws Exception {
    Config before = host.settled().source().state().config().orElseThrow();
    host.server.put("metadata/timestamp.json", "{}");
    second.serve(Map.of());

    SourceState state = host.poll();

    assertThat(state.config()).contains(before);
    assertThat(state.badMirrors()).hasSize(2);
    assertThat(state.problem().orElseThrow().sentence()).contains("timestamp", second.url());
    assertThat(host.audit.lines()).hasSize(2);
  }
}

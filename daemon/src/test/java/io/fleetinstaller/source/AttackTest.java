package io.fleetinstaller.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.fleetinstaller.release.ReasonCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.MockResponse;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What somebody can do who has the web server, the network or the clock, but no key. Each time: a
 * typed refusal, the same config in force, nothing else on the disk, a line of audit.
 */
class AttackTest {
  private final Path folder = Jimfs.newFileSystem(Configuration.unix()).getPath("/work");
  private Follower host;
  private Config before;
  private Map<String, String> kept;

  @BeforeEach
  void start() throws InterruptedException {
    host = new Follower(folder);
    host.settled();
    before = host.source().state().config().orElseThrow();
  }

  @AfterEach
  void stop() {
    host.close();
  }

  // What is verified before the attack is met may be kept: it is true.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          false | metadata/timestamp.json        |
          false | metadata/2.root.json           |
          false | metadata/[0-9]+.snapshot.json  | timestamp.json
          false | metadata/[0-9]+.targets.json   | timestamp.json, snapshot.json
          false | targets/deployments/prod/.*    | timestamp.json, snapshot.json, targets.json
          true  | metadata/timestamp.json        |
          true  | metadata/2.root.json           |
          true  | metadata/[0-9]+.snapshot.json  | timestamp.json
          true  | metadata/[0-9]+.targets.json   | timestamp.json, snapshot.json
          true  | targets/deployments/prod/.*    | timestamp.json, snapshot.json, targets.json
          """)
  void endless_data_is_cut(boolean announced, String path, String advanced) throws Exception {
    host.deploy("another deployment");
    host.server.script(request ->
        Pattern.matches("/" + path, request.getUrl().encodedPath())
            ? Optional.of(host.server.endlessAnswer(announced))
            : Optional.empty());

    SourceState state = attacked();

    assertRefused(state, ReasonCode.TOO_LARGE);
    assertOnlyAdvanced(advanced);
    assertThat(host.server.sent()).isLessThan(WebServer.ENDLESS);
  }

  @Test
  void a_gzip_bomb_is_not_unpacked() throws Exception {
    host.server.always(
        new MockResponse.Builder()
            .addHeader("Content-Encoding", "gzip")
            .body(new Buffer().write(bomb()))
            .build());

    SourceState state = attacked();

    assertRefused(state, ReasonCode.SOURCE_ERROR);
    assertOnlyAdvanced("");
  }

  @ParameterizedTest
  @ValueSource(strings = {"metadata/timestamp.json", "targets/deployments/prod/.*"})
  void a_trickle_is_cut(String path) throws Exception {
    host.deploy("d".repeat(2000));
    host.perLook = Duration.ofSeconds(1);
    host.server.script(request ->
        Pattern.matches("/" + path, request.getUrl().encodedPath())
            ? Optional.of(
                new MockResponse.Builder()
                    .body("x".repeat(2000))
                    .throttleBody(1, 1, TimeUnit.MILLISECONDS)
                    .build())
            : Optional.empty());

    SourceState state = attacked();

    assertRefused(state, ReasonCode.TOO_SLOW);
    assertThat(host.changedSince(kept)).noneMatch(file -> file.contains("documents"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://config.example.com/",
        "https://config.example.com/",
        "http://169.254.169.254/latest/meta-data"
      })
  void a_redirect_elsewhere_is_not_followed(String location) throws Exception {
    host.server.always(
        new MockResponse.Builder().code(302).addHeader("Location", location).build());

    SourceState state = attacked();

    assertRefused(state, ReasonCode.SOURCE_ERROR);
    assertOnlyAdvanced("");
  }

  @Test
  void what_another_signed_is_refused() throws Exception {
    Follower attacker = new Follower(folder.resolve("attacker"));
    attacker.deploy("evil");
    host.server.serve(attacker.repository.files);
    attacker.close();

    SourceState state = attacked();

    assertRefused(state, ReasonCode.BAD_SIGNATURE);
    assertOnlyAdvanced("");
  }

  @Test
  void an_older_world_is_refused_also_after_a_restart() throws Exception {
    Map<String, byte[]> old = new HashMap<>(host.repository.files);
    host.deploy("another deployment");
    before = host.poll().config().orElseThrow();
    host.server.serve(old);
    host.restarted();

    SourceState state = attacked();

    assertRefused(state, ReasonCode.METADATA_ROLLBACK);
    assertThat(host.audit.lines()).containsExactly("WARN metadata-rollback timestamp 2 3");
    assertOnlyAdvanced("");
  }

  @Test
  void an_older_world_is_refused_also_after_the_metadata_was_lost() throws Exception {
    Map<String, byte[]> old = new HashMap<>(host.repository.files);
    host.deploy("another deployment");
    before = host.poll().config().orElseThrow();
    for (String role : List.of("timestamp", "snapshot", "targets")) {
      java.nio.file.Files.delete(host.state().resolve("trust").resolve(role + ".json"));
    }
    host.server.serve(old);
    host.restarted();

    SourceState state = attacked();

    assertRefused(state, ReasonCode.METADATA_ROLLBACK);
  }

  @Test
  void parts_of_different_worlds_do_not_mix() throws Exception {
    byte[] oldTargets = host.repository.files.get("metadata/2.targets.json");
    host.deploy("another deployment");
    host.server.put("metadata/3.targets.json", oldTargets);

    SourceState state = attacked();

    assertRefused(state, ReasonCode.SIZE_MISMATCH, ReasonCode.DIGEST_MISMATCH);
    assertOnlyAdvanced("timestamp.json, snapshot.json");
  }

  @Test
  void one_document_does_not_pass_for_another() throws Exception {
    host.deploy("another deployment");
    host.server.script(request ->
        request.getUrl().encodedPath().startsWith("/targets/deployments")
            ? Optional.of(new MockResponse.Builder().body("yet other deployme").build())
            : Optional.empty());

    SourceState state = attacked();

    assertRefused(state, ReasonCode.DIGEST_MISMATCH);
    assertOnlyAdvanced("timestamp.json, snapshot.json, targets.json");
  }

  @Test
  void a_world_that_had_expired_when_it_was_first_seen_is_refused() throws Exception {
    host.repository.expires.put("timestamp", "2026-11-21T11:00:00Z");
    host.deploy("another deployment");

    SourceState state = attacked();

    assertRefused(state, ReasonCode.METADATA_EXPIRED);
  }

  @Tag("F64")
  @Test
  void a_frozen_mirror_is_refused_once_the_timestamp_has_expired() throws Exception {
    freezeAfterAnHour();

    SourceState state = attacked();

    assertRefused(state, ReasonCode.METADATA_EXPIRED);
    assertThat(before.expired(host.time.now())).isPresent();
    assertOnlyAdvanced("");
  }

  @Test
  void a_mirror_that_says_unchanged_for_ever_is_refused_once_the_timestamp_has_expired()
      throws Exception {
    freezeAfterAnHour();
    host.server.always(new MockResponse.Builder().code(304).build());

    SourceState state = attacked();

    assertRefused(state, ReasonCode.SOURCE_ERROR);
    assertThat(before.expired(host.time.now())).isPresent();
    assertOnlyAdvanced("");
  }

  @Tag("F65")
  @Test
  void a_mirror_without_a_timestamp_for_days_is_said_to_be_stale() throws Exception {
    host.server.serve(Map.of());
    SourceState first = attacked();
    assertRefused(first, ReasonCode.NOT_FOUND);
    host.time.pass(Duration.ofDays(2));

    SourceState later = host.poll();
    SourceState restarted = host.restarted();

    assertThat(first.stale()).isEmpty();
    assertThat(later.stale().orElseThrow().code()).isEqualTo(ReasonCode.SOURCE_STALE);
    assertThat(later.config().orElseThrow().expired(host.time.now())).isEmpty();
    assertThat(restarted.stale()).isPresent();
  }

  @ParameterizedTest
  @CsvSource({"P3650D, METADATA_EXPIRED", "P-3650D, "})
  void a_clock_that_is_ten_years_off_changes_nothing_and_recovers(Duration off, ReasonCode code)
      throws Exception {
    host.time.jump(Follower.NOW.plus(off));
    SourceState wrong = attacked();
    SourceState restarted = host.restarted();
    host.time.jump(Follower.NOW.plus(Duration.ofMinutes(5)));

    SourceState right = host.poll();

    assertThat(wrong.problem().map(reason -> reason.code())).isEqualTo(Optional.ofNullable(code));
    assertThat(wrong.config().orElseThrow().identity()).isEqualTo(before.identity());
    assertThat(restarted.config().orElseThrow().identity()).isEqualTo(before.identity());
    assertThat(right.problem()).isEmpty();
    assertThat(right.config().orElseThrow().expired(host.time.now())).isEmpty();
    assertThat(right.config().orElseThrow().identity()).isEqualTo(before.identity());
  }

  @Test
  void a_clock_that_is_set_back_makes_nothing_valid_again() throws Exception {
    host.repository.expires.put("timestamp", "2026-12-01T00:00:00Z");
    host.publish();
    host.time.jump(Instant.parse("2026-11-30T00:00:00Z"));
    host.poll();
    host.repository.expires.put("timestamp", "2026-11-29T00:00:00Z");
    host.deploy("signed long ago");
    before = host.source().state().config().orElseThrow();
    host.time.jump(Instant.parse("2020-01-01T00:00:00Z"));

    SourceState state = attacked();

    assertRefused(state, ReasonCode.METADATA_EXPIRED);
  }

  @Test
  void after_an_attack_the_next_honest_answer_is_taken() throws Exception {
    host.deploy("another deployment");
    host.server.endless();
    attacked();
    host.server.honest();

    SourceState state = host.poll();

    assertThat(state.problem()).isEmpty();
    assertThat(Follower.texts(state.config().orElseThrow()))
        .containsEntry(Follower.DEPLOYMENT, "another deployment");
  }

  private void freezeAfterAnHour() throws Exception {
    host.repository.expires.put("timestamp", "2026-11-21T13:00:00Z");
    host.publish();
    before = host.poll().config().orElseThrow();
    host.time.pass(Duration.ofHours(1));
  }

  private SourceState attacked() throws InterruptedException {
    kept = host.kept();
    host.audit.forget();
    return host.poll();
  }

  private void assertRefused(SourceState state, ReasonCode... codes) throws Exception {
    assertThat(state.problem().orElseThrow().code()).isIn((Object[]) codes);
    assertThat(state.config().orElseThrow().identity()).isEqualTo(before.identity());
    assertThat(state.config().orElseThrow().versions()).isEqualTo(before.versions());
    assertThat(state.badMirrors()).hasSize(1);
    assertThat(host.audit.lines())
        .singleElement()
        .asString()
        .startsWith("WARN " + state.problem().orElseThrow().code().text());
    Config after = host.restarted().config().orElseThrow();
    assertThat(after.identity()).isEqualTo(before.identity());
    assertThat(after.versions()).isEqualTo(before.versions());
  }

  /** Of what is kept only these files of the verifier may differ, and its floors with them. */
  private void assertOnlyAdvanced(String advanced) {
    List<String> allowed =
        Pattern.compile(", ")
            .splitAsStream(advanced == null ? "" : advanced)
            .filter(name -> !name.isEmpty())
            .map(name -> "trust/" + name)
            .toList();
    List<String> changed = host.changedSince(kept);
    assertThat(changed.stream().filter(name -> !name.equals("trust/memory/floors.json")).toList())
        .containsExactlyInAnyOrderElementsOf(allowed);
    assertThat(changed.isEmpty()).isEqualTo(allowed.isEmpty());
  }

  private static byte[] bomb() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write("{".repeat(8 << 20).getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}

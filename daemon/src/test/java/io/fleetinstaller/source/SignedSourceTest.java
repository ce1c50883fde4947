package io.fleetinstaller.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host and a repository that both behave, though not all of the network does. */
class SignedSourceTest {
  @TempDir private Path folder;
  private Follower host;

  @BeforeEach
  void start() {
    host = new Follower(folder);
  }

  @AfterEach
  void stop() {
    host.close();
  }

  @Test
  void a_first_poll_brings_the_documents_of_this_hosts_channels_and_groups() throws Exception {
    assertThat(host.source().stored().config()).isEmpty();

    SourceState state = host.poll();

    assertThat(Follower.texts(state.config().orElseThrow()))
        .isEqualTo(Map.of(Follower.CATALOG, "the catalog", Follower.DEPLOYMENT, "the deployment"));
    assertThat(state.problem()).isEmpty();
    assertThat(state.lastContact()).contains(Follower.NOW);
    assertThat(state.config().orElseThrow().versions())
        .containsEntry("root", 1L)
        .containsEntry("timestamp", 2L);
  }

  @Test
  void a_poll_of_what_did_not_change_is_one_request_without_a_body() throws Exception {
    host.settled();

    SourceState state = host.poll();

    assertThat(host.server.requests()).containsExactly("/metadata/timestamp.json");
    assertThat(host.server.bytesSent()).isZero();
    assertThat(state.problem()).isEmpty();
    assertThat(state.lastContact()).contains(host.time.now());
  }

  @Test
  void of_a_change_only_what_changed_is_fetched() throws Exception {
    host.settled().deploy("another deployment");

    SourceState state = host.poll();

    assertThat(Follower.texts(state.config().orElseThrow()))
        .containsEntry(Follower.DEPLOYMENT, "another deployment");
    assertThat(host.server.requests())
        .filteredOn(path -> path.startsWith("/targets/"))
        .singleElement()
        .asString()
        .endsWith(".agent.json")
        .startsWith("/targets/deployments/prod/");
  }

  @Tag("F28")
  @Test
  void without_any_network_a_host_starts_with_what_it_had() throws Exception {
    Config before = host.settled().source().state().config().orElseThrow();
    host.server.close();

    Config after = host.restarted().config().orElseThrow();

    assertThat(after.identity()).isEqualTo(before.identity());
    assertThat(after.versions()).isEqualTo(before.versions());
    assertThat(after.validUntil()).isEqualTo(before.validUntil());
  }

  @Test
  void a_host_with_config_waits_for_its_turn_after_a_start() throws Exception {
    host.settled();

    SourceState state = host.restarted();

    assertThat(state.nextPoll())
        .isGreaterThan(host.time.elapsed())
        .isLessThan(host.time.elapsed().plusSeconds(60));
  }

  @Test
  void a_damaged_document_is_fetched_anew() throws Exception {
    host.settled();
    Path kept = host.state().resolve("source/documents");
    try (var files = Files.list(kept)) {
      for (Path file : files.toList()) {
        Files.writeString(file, "damaged");
      }
    }

    SourceState stored = host.restarted();
    SourceState polled = host.poll();

    assertThat(stored.config()).isEmpty();
    assertThat(stored.problem().orElseThrow().code()).isEqualTo(ReasonCode.STATE_DAMAGED);
    assertThat(polled.config()).isPresent();
    assertThat(polled.problem()).isEmpty();
  }

  @Test
  void what_is_no_longer_listed_is_dropped_from_the_disk() throws Exception {
    host.settled().deploy("another deployment");

    host.poll();

    try (var files = Files.list(host.state().resolve("source/documents"))) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void the_first_config_is_acted_on_at_once_and_a_change_only_after_a_while() throws Exception {
    Config first = host.settled().source().state().config().orElseThrow();
    host.deploy("another deployment");

    Config second = host.poll().config().orElseThrow();

    Instant now = host.time.now();
    assertThat(first.actFrom()).isBefore(now);
    assertThat(second.actFrom()).isBetween(now, now.plus(host.rhythm.holdOff()));
    assertThat(host.restarted().config().orElseThrow().actFrom()).isEqualTo(second.actFrom());
  }

  @Test
  void a_clock_that_is_set_back_does_not_prolong_the_wait() throws Exception {
    host.settled().deploy("another deployment");
    host.poll();
    host.time.jump(Follower.NOW.minus(Duration.ofDays(30)));

    Config config = host.poll().config().orElseThrow();

    assertThat(config.actFrom()).isBeforeOrEqualTo(host.time.now().plus(host.rhythm.holdOff()));
  }

  @Test
  void new_metadata_over_the_same_documents_changes_nothing_for_the_host() throws Exception {
    Config before = host.settled().source().state().config().orElseThrow();
    host.publish();

    Config after = host.poll().config().orElseThrow();

    assertThat(after.identity()).isEqualTo(before.identity());
    assertThat(after.actFrom()).isEqualTo(before.actFrom());
    assertThat(after.versions()).containsEntry("timestamp", 3L);
  }

  @Test
  void the_roots_are_walked_once_a_day_though_nothing_else_changes() throws Exception {
    host.settled();
    host.repository.publish("root");
    host.server.serve(host.repository.files);
    host.poll();
    boolean early = host.server.requests().contains("/metadata/2.root.json");
    host.time.pass(Duration.ofHours(24));

    SourceState state = host.poll();

    assertThat(early).isFalse();
    assertThat(state.config().orElseThrow().versions()).containsEntry("root", 2L);
  }

  @Test
  void another_root_of_the_administrator_is_followed_at_the_next_poll() throws Exception {
    host.settled();
    Follower other = new Follower(folder.resolve("other"));
    Files.copy(other.root(), host.root(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    other.deploy("of another fleet");
    host.server.serve(other.repository.files);

    SourceState state = host.poll();

    assertThat(state.problem()).isEmpty();
    assertThat(Follower.texts(state.config().orElseThrow()))
        .containsEntry(Follower.DEPLOYMENT, "of another fleet");
    other.close();
  }

  @Test
  void without_a_trust_root_nothing_is_believed() throws Exception {
    Files.delete(host.root());

    host.source().stored();
    SourceState state = host.poll();

    assertThat(state.config()).isEmpty();
    assertThat(state.problem().orElseThrow().code()).isEqualTo(ReasonCode.BAD_SETTINGS);
    assertThat(state.problem().orElseThrow().sentence()).contains(host.root().toString());
    assertThat(host.server.requests()).isEmpty();
    assertThat(host.audit.lines()).isEmpty();
  }

  @Test
  void a_server_that_asks_for_a_pause_is_left_alone() throws Exception {
    host.settled();
    host.server.always(
        new MockResponse.Builder().code(503).addHeader("Retry-After", "1800").build());

    SourceState state = host.poll();

    assertThat(state.nextPoll())
        .isBetween(
            host.time.elapsed().plus(Duration.ofMinutes(30)),
            host.time.elapsed().plus(Duration.ofMinutes(31)));
    assertThat(state.problem().orElseThrow().code()).isEqualTo(ReasonCode.SOURCE_ERROR);
    assertThat(state.config()).isPresent();
    assertThat(host.audit.lines()).isEmpty();
  }

  @Test
  void a_folder_is_a_source() throws Exception {
    host.carried(folder.resolve("published"));

    SourceState first = host.poll();
    Map<String, String> kept = host.kept();
    SourceState second = host.poll();

    assertThat(first.config().orElseThrow().documents()).hasSize(2);
    assertThat(second.problem()).isEmpty();
    assertThat(host.changedSince(kept)).isEmpty();
  }

  @Test
  void a_bundle_is_a_source() throws Exception {
    Path published = folder.resolve("published");
    host.carried(published);
    Path layout = folder.resolve("layout");
    Follower.write(layout.resolve("oci-layout"), new byte[] {'{', '}'});
    Path bundle = folder.resolve("fleet.tar");
    BundleWriter.write(bundle, published, Map.of(new PackageName("agent"), layout));
    host.mirrors.set(0, "bundle:" + bundle);

    SourceState state = host.poll();

    assertThat(state.problem()).isEmpty();
    assertThat(Follower.texts(state.config().orElseThrow()))
        .containsEntry(Follower.DEPLOYMENT, "the deployment");
  }

  @Test
  void what_deploys_nothing_can_be_carried_too() throws Exception {
    Path published = folder.resolve("published");
    Follower.write(published.resolve("metadata/1.root.json"), new byte[] {'{', '}'});
    Path bundle = folder.resolve("fleet.tar");

    BundleWriter.write(bundle, published, Map.of());

    assertThat(Files.readString(bundle)).contains("metadata/1.root.json").doesNotContain("targets");
  }

  @Test
  void a_role_that_expired_costs_only_what_it_speaks_about() throws Exception {
    host.repository.delegate("targets", "ops", false, "deployments/prod/*");
    host.repository.target("ops", "deployments/prod/other.json", "of ops");
    host.repository.target("targets", "catalog/stable/other.json", "other");
    host.publish();
    host.settled();
    host.repository.expires.put("ops", "2026-11-01T00:00:00Z");
    host.deploy("another deployment");

    Config config = host.poll().config().orElseThrow();
    SourceState again = host.poll();

    assertThat(Follower.texts(config))
        .containsEntry(Follower.DEPLOYMENT, "another deployment")
        .doesNotContainKey("deployments/prod/other.json");
    assertThat(config.refused(host.time.now()).get("deployments/prod/other.json"))
        .extracting(Reason::code)
        .isEqualTo(ReasonCode.METADATA_EXPIRED);
    assertThat(config.refused(host.time.now())).doesNotContainKey(Follower.DEPLOYMENT);
    assertThat(again.problem()).isEmpty();
    assertThat(host.audit.lines())
        .filteredOn(line -> line.startsWith("WARN metadata-expired ops"))
        .hasSize(1);
  }

  @Test
  void a_role_that_expires_between_two_polls_no_longer_counts() throws Exception {
    host.repository.delegate("targets", "ops", false, "deployments/prod/*");
    host.repository.target("ops", "deployments/prod/other.json", "of ops");
    host.repository.expires.put("ops", "2026-11-21T12:10:00Z");
    host.publish();
    Config config = host.settled().source().state().config().orElseThrow();

    host.time.pass(Duration.ofMinutes(10));
    boolean counts = config.refused(host.time.now()).isEmpty();
    SourceState state = host.poll();

    assertThat(config.refused(Follower.NOW)).isEmpty();
    assertThat(counts).isFalse();
    assertThat(state.config().orElseThrow().documents())
        .doesNotContainKey("deployments/prod/other.json");
    assertThat(state.config().orElseThrow().refused()).containsKey("ops");
  }

  @Test
  void a_document_that_is_too_large_counts_for_nothing_and_all_others_do() throws Exception {
    host.repository.target("targets", "deployments/prod/notes", "x".repeat(Vouched.LARGEST + 1));
    host.repository.target("targets", "deployments/prod/other.json", "x".repeat(Vouched.LARGEST));
    host.publish();

    Config config = host.settled().source().state().config().orElseThrow();

    assertThat(config.documents())
        .containsOnlyKeys(Follower.CATALOG, Follower.DEPLOYMENT, "deployments/prod/other.json");
    assertThat(config.refused().get("deployments/prod/notes"))
        .extracting(Reason::code)
        .isEqualTo(ReasonCode.TOO_LARGE);
  }

  @Test
  void empty_folders_take_no_room_from_a_full_one() throws Exception {
    for (int i = 0; i < 20; i++) {
      host.groups.add("empty-" + i);
    }
    host.repository.target("targets", "deployments/prod/large.json", "x".repeat(Vouched.LARGEST));
    host.publish();

    Config config = host.settled().source().state().config().orElseThrow();

    assertThat(config.documents()).containsKey("deployments/prod/large.json");
    assertThat(config.refused()).isEmpty();
  }

  @Test
  void a_folder_that_is_too_full_takes_no_room_from_another() throws Exception {
    host.groups.add("web");
    host.repository.target("targets", "deployments/web/agent.json", "of web");
    for (int i = 0; i < 16; i++) {
      host.repository.target(
          "targets", "deployments/prod/large-%02d.json".formatted(i), "x".repeat(Vouched.LARGEST));
    }
    host.publish();

    Config config = host.settled().source().state().config().orElseThrow();

    assertThat(config.documents()).containsKeys(Follower.DEPLOYMENT, "deployments/web/agent.json");
    assertThat(config.refused().keySet())
        .contains("deployments/prod/large-05.json", "deployments/prod/large-15.json")
        .doesNotContain("deployments/prod/large-04.json")
        .allMatch(path -> path.startsWith("deployments/prod/"));
  }
}

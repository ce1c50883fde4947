package io.fleetinstaller.repo;

import static io.fleetinstaller.repo.RepositoryTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.desired.Deployment;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Broken;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a repository refuses, and that nothing public has changed then. */
@Timeout(60)
class RefusalsTest {
  @TempDir private Path temp;
  private Workshop workshop;

  @BeforeEach
  void open() throws Exception {
    workshop = Workshop.open(temp.resolve("repo"));
  }

  @Test
  void a_wrong_passphrase_opens_no_key() throws Exception {
    workshop.add("stable", "1.0");
    workshop.passphrase = "guessed";

    assertRefused(
        ReasonCode.AUTH_FAILED, "cannot open key targets-1: wrong passphrase", workshop::sign);
  }

  @Test
  void a_deployment_of_what_the_catalog_lacks_is_not_even_drafted() throws Exception {
    workshop.add("stable", "1.0");
    Digest other = Digest.of(new byte[] {7});
    Deployment unknown = Workshop.deployment("agent-1.0", "1.0", other.toString());
    Deploying deploying = new Deploying(workshop.place());

    assertRefused(ReasonCode.NOT_IN_CATALOG, "1.0", () -> deploying.deploy("prod", unknown));
    assertRefused(
        ReasonCode.NOT_IN_CATALOG,
        "no catalog has it",
        () -> deploying.digest(new PackageName("agent"), new Version("2.0")));
    assertThat(workshop.place().current().targets(RoleName.TARGETS).targets())
        .containsOnlyKeys("catalog/stable/agent.json");
  }

  @Test
  void a_deployment_that_follows_a_channel_needs_the_channel() throws Exception {
    workshop.add("stable", "1.0");
    Deployment follow =
        Deployment.of(
            Document.json(
                "the deployment",
                "{\"id\":\"a\",\"package\":\"agent\",\"follow\":{\"channel\":\"beta\"},\"by\":\"o\"}"
                    .getBytes(StandardCharsets.UTF_8)));

    assertRefused(
        ReasonCode.NOT_IN_CATALOG,
        "channel beta has no agent",
        () -> new Deploying(workshop.place()).deploy("prod", follow));
  }

  @Test
  void a_file_without_a_digest_is_told_which_one_it_is() throws Exception {
    workshop.add("stable", "1.10");
    byte[] text = "{id: a, package: agent, version: 1.10, by: o}".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> new Deploying(workshop.place()).read("a.yaml", text))
        .hasMessageContaining("the catalog has digest: sha256:");
  }

  @Test
  void a_version_has_one_digest_for_ever() throws Exception {
    workshop.add("stable", "1.0");
    workshop.signAndPublish();
    Files.writeString(
        Files.createDirectories(temp.resolve("packages/agent-1.0")).resolve("more"), "other");
    workshop.seen.clear();

    assertRefused(
        ReasonCode.CONFLICT,
        "another release of that version",
        () -> workshop.add("stable", "1.0"));
  }

  @Test
  void what_expired_is_not_published() throws Exception {
    workshop.add("stable", "1.0");
    workshop.sign();
    workshop.time.pass(Duration.ofDays(91));
    byte[] before = Files.readAllBytes(workshop.published("metadata/timestamp.json"));

    assertRefused(ReasonCode.METADATA_EXPIRED, "targets 2", workshop::publish);

    assertThat(workshop.published("metadata/timestamp.json")).hasBinaryContent(before);
    assertThat(workshop.published("metadata/2.targets.json")).doesNotExist();
  }

  @Test
  void an_unsigned_draft_is_not_published() throws Exception {
    workshop.add("stable", "1.0");

    assertRefused(ReasonCode.BAD_SIGNATURE, "targets 2 still needs 1", workshop::publish);

    assertThat(workshop.published("metadata/2.targets.json")).doesNotExist();
  }

  @Test
  void a_draft_that_was_tampered_with_is_not_published() throws Exception {
    workshop.add("stable", "1.0");
    workshop.sign();
    Path draft = workshop.folder.resolve("draft/targets.json");
    Files.writeString(draft, Files.readString(draft).replace("\"version\":2", "\"version\":3"));

    assertRefused(ReasonCode.BAD_SIGNATURE, "targets 3 still needs 1", workshop::publish);
  }

  @Test
  void a_document_that_was_tampered_with_is_not_published() throws Exception {
    workshop.add("stable", "1.0");
    workshop.sign();
    try (var files = Files.walk(workshop.folder.resolve("draft/targets"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.writeString(file, "evil");
      }
    }

    assertThatThrownBy(workshop::publish)
        .isInstanceOf(Broken.class)
        .hasMessageContaining("cannot find the bytes of catalog/stable/agent.json");
  }

  @Test
  void publishing_without_the_online_keys_changes_nothing() throws Exception {
    workshop.add("stable", "1.0");
    workshop.sign();
    Files.delete(workshop.folder.resolve("keys/snapshot-1.pem"));

    assertRefused(ReasonCode.FORBIDDEN, "the private half of snapshot-1", workshop::publish);

    assertThat(workshop.published("metadata/2.targets.json")).doesNotExist();
  }

  @Test
  void a_timestamp_is_loud_when_the_snapshot_will_not_last() throws Exception {
    Files.delete(workshop.folder.resolve("keys/snapshot-1.pem"));

    workshop.time.pass(Duration.ofDays(9));
    Outcome noted = new Stamping(workshop.place()).stamp();
    workshop.time.pass(Duration.ofDays(3));

    assertThat(noted.lines()).anyMatch(line -> line.startsWith("note: snapshot expires"));
    assertRefused(
        ReasonCode.METADATA_EXPIRED,
        "bring the snapshot key",
        () -> new Stamping(workshop.place()).stamp());
  }

  @Test
  void a_timestamp_renews_the_snapshot_where_it_can() throws Exception {
    workshop.time.pass(Duration.ofDays(8));

    Outcome outcome = new Stamping(workshop.place()).stamp();

    assertThat(outcome.tree()).containsEntry("snapshotRenewed", true);
    assertThat(workshop.published("metadata/2.snapshot.json")).exists();
  }

  @Test
  void a_check_fails_at_half_of_each_life() throws Exception {
    for (Map.Entry<String, Integer> half :
        Map.of("timestamp", 2, "snapshot", 8, "targets", 46, "root", 183).entrySet()) {
      Workshop fresh = Workshop.open(temp.resolve("of-" + half.getKey()));

      fresh.time.pass(Duration.ofDays(half.getValue()));
      List<Reason> findings = new Checking(fresh.place()).findings();

      assertThat(findings)
          .extracting(Reason::sentence)
          .anyMatch(line -> line.startsWith(half.getKey() + " 1 is past half of its life"));
    }
  }

  @Test
  void a_check_sees_what_a_host_would_see() throws Exception {
    Path timestamp = workshop.published("metadata/timestamp.json");
    Files.writeString(timestamp, Files.readString(timestamp).replace("\"sig\":\"", "\"sig\":\"00"));

    List<Reason> findings = new Checking(workshop.place()).findings();

    assertThat(findings.getFirst().code()).isEqualTo(ReasonCode.BAD_SIGNATURE);
    assertThat(findings.getFirst().sentence()).startsWith("now: cannot trust timestamp");
  }

  @Test
  void unknown_roles_and_keys_are_named() {
    RoleName nobody = new RoleName("nobody");
    Rotation rotation = new Rotation(workshop.place());

    assertRefused(
        ReasonCode.NOT_FOUND,
        "cannot find role nobody",
        () -> rotation.rotate(nobody, List.of(), List.of(), Optional.empty()));
    assertRefused(
        ReasonCode.NOT_FOUND, "cannot find key ghost", () -> workshop.place().key("ghost"));
    assertRefused(
        ReasonCode.NOT_FOUND,
        "it has no draft",
        () -> new Detached(workshop.place()).payload(RoleName.ROOT));
  }

  @Test
  void a_role_name_is_plain_ascii() {
    for (String bad : List.of("Ops", "rôle", "../root", "a/b", "", "1st", "a.b")) {
      assertThatThrownBy(() -> new RoleName(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is not a role's name");
    }
  }

  @Test
  void delegations_need_sense() throws Exception {
    PublicPart key = workshop.place().key("targets-1");
    Delegating delegating = new Delegating(workshop.place());
    RoleName ops = new RoleName("ops");

    assertRefused(
        ReasonCode.BAD_REQUEST,
        "every repository has",
        () -> delegating.delegate(RoleName.SNAPSHOT, List.of(key), 1, List.of("deployments/a/*")));
    assertRefused(
        ReasonCode.BAD_REQUEST,
        "1 to 63",
        () -> delegating.delegate(ops, List.of(key), 1, List.of(Delegating.group("../x"))));
    assertRefused(
        ReasonCode.BAD_REQUEST,
        "2 of 1 keys",
        () -> delegating.delegate(ops, List.of(key), 2, List.of(Delegating.group("a"))));
  }

  @Test
  void a_repository_is_not_made_twice_and_not_found_where_none_is() {
    Workshop empty = new Workshop(temp.resolve("empty"));

    assertRefused(
        ReasonCode.CONFLICT,
        "there is one",
        () -> new Initiation(workshop.place()).init(Initiation.Wish.USUAL));
    assertRefused(ReasonCode.NOT_FOUND, "begin with 'repo init", empty::sign);
  }

  @Test
  void what_other_clients_read_in_two_ways_is_not_signed() {
    assertThatThrownBy(() -> Canonical.bytes(Map.of("a", 1L << 53)))
        .hasMessageContaining("not below 2^53");
    assertThatThrownBy(() -> Canonical.bytes(Map.of("a", "é"))).hasMessageContaining("not ASCII");
    assertThatThrownBy(() -> Canonical.bytes(Map.of("a", 0.5)))
        .hasMessageContaining("cannot be signed");
  }
}

package io.fleetinstaller.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.trust.Untrusted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What people do with a repository, and what a host then believes. */
@Timeout(60)
class RepositoryTest {
  private static final String CATALOG = "catalog/stable/agent.json";
  private static final String DEPLOYMENTS = "deployments/prod/agent.json";
  private static final RoleName OPERATORS = new RoleName("ops-prod");

  @TempDir private Path temp;
  private Workshop workshop;
  private Fleet host;

  @BeforeEach
  void open() throws Exception {
    workshop = Workshop.open(temp.resolve("repo"));
    host = new Fleet(workshop, temp.resolve("host"));
  }

  @Test
  void a_new_repository_is_empty_and_well() throws Exception {
    var documents = host.poll();

    assertThat(documents).isEmpty();
    assertThat(new Checking(workshop.place()).findings()).isEmpty();
    assertThat(Files.getPosixFilePermissions(workshop.folder.resolve("keys/root-1.pem")))
        .hasToString("[OWNER_READ, OWNER_WRITE]");
  }

  @Test
  void a_release_is_added_deployed_and_found_by_hosts() throws Exception {
    workshop.add("stable", "1.0");
    workshop.add("stable", "1.1");
    workshop.deploy("prod", "1.1");
    workshop.signAndPublish();

    var documents = host.poll();

    assertThat(documents).containsOnlyKeys(CATALOG, DEPLOYMENTS);
    assertThat(documents.get(CATALOG)).contains("\"1.0\"", "\"1.1\"");
    assertThat(documents.get(DEPLOYMENTS)).contains("\"agent-1.1\"", "\"olga\"");
  }

  @Test
  void the_same_again_changes_nothing() throws Exception {
    workshop.add("stable", "1.0");
    workshop.deploy("prod", "1.0");
    workshop.signAndPublish();

    Outcome added = workshop.add("stable", "1.0");
    Outcome deployed = workshop.deploy("prod", "1.0");
    Outcome published = workshop.publish();

    assertThat(added.lines()).singleElement().asString().contains("already");
    assertThat(deployed.lines()).singleElement().asString().contains("already");
    assertThat(published.lines()).singleElement().asString().contains("nothing new");
  }

  @Test
  void an_operator_signs_her_group_with_her_own_key_only() throws Exception {
    Workshop operator = operator();
    operator.deploy("prod", "1.0");
    operator.sign();
    workshop.takeDrafts(operator);

    workshop.publish();

    assertThat(host.poll().get(DEPLOYMENTS)).contains("agent-1.0");
    try (Stream<Path> keys = Files.list(operator.folder.resolve("keys"))) {
      assertThat(keys.map(Path::toString)).noneMatch(file -> file.endsWith(".pem"));
    }
  }

  @Test
  void who_signs_is_told_what_for() throws Exception {
    Workshop operator = operator();
    PublicPart mallory = operator.key(temp.resolve("mallory.pem"), Scheme.ED25519);
    new Delegating(operator.place())
        .delegate(new RoleName("more"), List.of(mallory), 1, List.of(Delegating.channel("stable")));
    workshop.takeDrafts(operator);

    List<String> changes = new Signing(workshop.place()).changes(List.of()).get(RoleName.TARGETS);

    assertThat(changes)
        .containsExactly(
            "new: role more: 1 of %s for catalog/stable/*".formatted(mallory.id().substring(0, 12)),
            "new: who is asked first: ops-prod, more",
            "gone: catalog/stable/agent.json");
  }

  @Test
  void an_operator_cannot_sign_for_others() throws Exception {
    Workshop operator = operator();

    operator.deploy("staging", "1.0");
    Outcome signed = operator.sign();

    assertThat(signed.lines())
        .anyMatch(line -> line.contains("targets 4 still needs 1 of: targets-1"));
    assertRefused(ReasonCode.BAD_SIGNATURE, "targets 4 still needs", operator::publish);
  }

  @Test
  void a_draft_that_somebody_elses_has_overtaken_undoes_nothing() throws Exception {
    Workshop operator = operator();
    workshop.add("stable", "1.1");
    workshop.signAndPublish();
    byte[] there = Files.readAllBytes(workshop.published("metadata/4.targets.json"));
    operator.add("stable", "1.2");
    workshop.takeDrafts(operator);

    assertRefused(
        ReasonCode.CONFLICT,
        "another version 4 was published since; delete draft/targets.json",
        workshop::signAndPublish);
    assertRefused(ReasonCode.CONFLICT, "another version 4", () -> workshop.add("stable", "1.3"));
    assertThat(workshop.published("metadata/4.targets.json")).hasBinaryContent(there);
  }

  @Test
  void one_unfinished_draft_can_be_left_out() throws Exception {
    Workshop operator = operator();
    workshop.deploy("prod", "1.0");
    workshop.add("stable", "1.1");
    workshop.sign();

    Outcome outcome = new Publication(workshop.place()).publish(true, false);

    assertThat(outcome.tree().get("published")).isEqualTo(List.of("targets 4"));
    assertThat(host.poll()).containsOnlyKeys(CATALOG);
    assertThat(workshop.place().current().drafted()).containsExactly(OPERATORS);
    assertThat(operator.folder).isNotEqualTo(workshop.folder);
  }

  @Test
  void one_operator_whose_time_is_over_keeps_nobodys_config_from_the_hosts() throws Exception {
    Workshop operator = operator();
    operator.deploy("prod", "1.0");
    operator.sign();
    workshop.takeDrafts(operator);
    workshop.publish();
    workshop.time.pass(Duration.ofDays(60));
    new Renewal(workshop.place()).renew(RoleName.TARGETS);
    workshop.signAndPublish();
    workshop.time.pass(Duration.ofDays(40));

    Outcome stamped = new Stamping(workshop.place()).stamp();
    List<Reason> findings = new Checking(workshop.place()).findings();

    assertThat(stamped.lines())
        .anyMatch(line -> line.startsWith("note: cannot trust " + OPERATORS));
    assertThat(findings).anyMatch(found -> found.sentence().contains(OPERATORS.value()));
  }

  @Test
  void two_commands_at_once_do_not_undo_each_other() throws Exception {
    Workplace.Work stamping = place -> new Stamping(place).stamp();

    Outcome outcome =
        workshop
            .place()
            .alone(place -> {
              assertThatThrownBy(() -> workshop.place().alone(stamping))
                  .isInstanceOf(Fault.Transient.class)
                  .hasMessageContaining("another command is at it");
              return stamping.in(place);
            });

    assertThat(outcome.lines()).isNotEmpty();
    assertThat(workshop.place().alone(stamping).lines()).isNotEmpty();
  }

  @Test
  void a_delegated_role_takes_over_what_targets_had_signed() throws Exception {
    workshop.add("stable", "1.0");
    workshop.deploy("prod", "1.0");
    workshop.signAndPublish();

    PublicPart olga = workshop.key(workshop.folder.resolve("keys/olga.pem"), Scheme.ECDSA);
    new Delegating(workshop.place())
        .delegate(OPERATORS, List.of(olga), 1, List.of(Delegating.group("prod")));
    workshop.signAndPublish();

    assertThat(host.poll()).containsOnlyKeys(CATALOG, DEPLOYMENTS);
    assertThat(workshop.place().current().targets(RoleName.TARGETS).targets())
        .containsOnlyKeys(CATALOG);
    assertThat(workshop.place().current().targets(OPERATORS).targets())
        .containsOnlyKeys(DEPLOYMENTS);
  }

  @Test
  void the_root_is_replaced_key_by_key_while_a_host_is_off() throws Exception {
    host.poll();

    for (String name : List.of("root-1", "root-2", "root-3")) {
      PublicPart old = workshop.place().key(name);
      new Rotation(workshop.place())
          .rotate(RoleName.ROOT, List.of(old), List.of(), Optional.empty());
      workshop.signAndPublish();
    }

    assertThat(host.versions().versions()).containsEntry("root", 4L);
    assertThat(workshop.published("metadata/2.root.json")).exists();
    assertThat(workshop.place().current().root().grant(RoleName.ROOT).keys().values())
        .doesNotContain(workshop.place().key("root-1"), workshop.place().key("root-3"));
  }

  @Test
  void a_new_root_needs_the_old_keys_and_the_new_ones() throws Exception {
    PublicPart old = workshop.place().key("root-1");
    PublicPart other = workshop.key(temp.resolve("far/root-9.pem"), Scheme.RSA);
    new Rotation(workshop.place())
        .rotate(RoleName.ROOT, List.of(old), List.of(other), Optional.of(3));
    workshop.sign();

    assertRefused(ReasonCode.BAD_SIGNATURE, "signatures are missing", workshop::publish);
    workshop.keys = List.of(temp.resolve("far/root-9.pem"));
    workshop.signAndPublish();

    assertThat(host.versions().versions()).containsEntry("root", 2L);
  }

  @Test
  void every_top_role_gets_a_new_key() throws Exception {
    workshop.add("stable", "1.0");
    workshop.signAndPublish();
    host.poll();

    for (RoleName role : List.of(RoleName.TARGETS, RoleName.SNAPSHOT, RoleName.TIMESTAMP)) {
      new Rotation(workshop.place()).rotate(role, List.of(), List.of(), Optional.empty());
      workshop.signAndPublish();

      assertThat(host.poll()).as("after %s", role).containsOnlyKeys(CATALOG);
    }
    assertThat(host.versions().versions()).containsEntry("root", 4L);
  }

  @Test
  void a_revoked_key_is_out_everywhere() throws Exception {
    PublicPart targets = workshop.place().key("targets-1");
    workshop.add("stable", "1.0");
    workshop.signAndPublish();
    byte[] before = Files.readAllBytes(workshop.published("metadata/2.targets.json"));

    Outcome revoked = new Rotation(workshop.place()).revoke(targets);
    workshop.signAndPublish();

    assertThat(revoked.lines()).contains("targets must be signed anew: repo sign");
    assertThat(host.poll()).containsOnlyKeys(CATALOG);
    assertThat(
            Sheet.read("old", RoleName.TARGETS, before)
                .satisfies(workshop.place().current().grant(RoleName.TARGETS)))
        .isFalse();
  }

  @Test
  void a_role_whose_only_key_is_revoked_ends() throws Exception {
    Workshop operator = operator();
    operator.deploy("prod", "1.0");
    operator.sign();
    workshop.takeDrafts(operator);
    workshop.publish();
    host.poll();

    new Rotation(workshop.place()).revoke(workshop.place().key("olga"));
    workshop.signAndPublish();

    assertThat(host.poll()).containsOnlyKeys(CATALOG);
    assertThat(workshop.place().current().roles()).doesNotContain(OPERATORS);
    PublicPart other = workshop.key(temp.resolve("other/ola.pem"), Scheme.ED25519);
    new Delegating(workshop.place())
        .delegate(OPERATORS, List.of(other), 1, List.of(Delegating.group("prod")));
    assertThat(workshop.place().current().targets(OPERATORS).targets())
        .as("what its last holder deployed does not come back with the name")
        .isEmpty();
    assertThat(new Signing(workshop.place()).changes(List.of())).containsKey(OPERATORS);
  }

  @Test
  void a_bundle_holds_what_is_published() throws Exception {
    Path file = temp.resolve("fleet.tar");
    workshop.add("stable", "1.0");
    workshop.signAndPublish();

    Outcome outcome = new Bundling(workshop.place()).bundle(file, java.util.Map.of());

    assertThat(outcome.tree()).containsEntry("file", file);
    assertThat(Files.size(file)).isPositive();
  }

  @Test
  void an_old_repository_is_refused_by_hosts_until_it_is_renewed() throws Exception {
    workshop.time.pass(Duration.ofDays(100));

    assertThatThrownBy(host::poll).isInstanceOf(Untrusted.class);
    assertRefused(
        ReasonCode.METADATA_EXPIRED,
        "cannot trust targets 1: it expired",
        () -> new Stamping(workshop.place()).stamp());
    new Renewal(workshop.place()).renew(RoleName.TARGETS);
    workshop.signAndPublish();

    assertThat(host.poll()).isEmpty();
  }

  private Workshop operator() throws Exception {
    workshop.add("stable", "1.0");
    workshop.signAndPublish();
    PublicPart olga = workshop.key(temp.resolve("olga/olga.pem"), Scheme.ED25519);
    Files.copy(temp.resolve("olga/olga.pub"), workshop.folder.resolve("keys/olga.pub"));
    new Delegating(workshop.place())
        .delegate(OPERATORS, List.of(olga), 1, List.of(Delegating.group("prod")));
    workshop.sign();
    Workshop operator = workshop.shared(temp.resolve("olga/repo"));
    operator.keys = List.of(temp.resolve("olga/olga.pem"));
    operator.sign();
    workshop.takeDrafts(operator);
    workshop.publish();
    Workshop copy = workshop.shared(temp.resolve("olga/repo2"));
    copy.keys = operator.keys;
    return copy;
  }

  static void assertRefused(ReasonCode code, String words, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.reason().code()).isEqualTo(code);
              assertThat(refused.reason().sentence() + refused.reason().evidence()).contains(words);
            });
  }
}

package io.fleetinstaller.desired;

import static io.fleetinstaller.desired.Scene.AGENT;
import static io.fleetinstaller.desired.Scene.agent;
import static io.fleetinstaller.desired.Scene.exactly;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WantedTest {
  private static final String TWO = exactly("roll-1", "2", 'b');

  @Test
  void a_deployment_is_wanted_and_says_who_asks_and_why() {
    Scene scene = Scene.usual().deployments(TWO + ",'note':'the leak','gate':{'stableFor':'5m'}");

    assertThat(scene.wish())
        .isEqualTo(
            new Desired(
                AGENT,
                new Desired.Run(agent("2", 'b'), Duration.ofMinutes(5)),
                new Origin(Origin.Kind.DEPLOYMENT, "ann (deployment roll-1)", "the leak")));
  }

  @Test
  void absent_is_wanted_too() {
    Scene scene =
        Scene.usual().deployments("'id':'d','package':'agent','by':'ann','ensure':'absent'");

    assertThat(scene.outcome()).isEqualTo("absent");
  }

  @Test
  void a_package_that_only_catalogs_name_is_nobodys_wish() {
    assertThat(Scene.usual().wishes()).isEmpty();
  }

  @Test
  void a_deployment_may_name_only_what_a_catalog_of_a_read_channel_holds() {
    Scene unknown = Scene.usual().deployments(exactly("d", "4", 'd'));
    Scene otherVersion = Scene.usual().deployments(exactly("d", "2.1", 'b'));
    Scene otherChannel =
        Scene.usual()
            .catalog("beta", Scene.release("4", 'd', "2026-11-01T00:00:00Z"))
            .deployments(exactly("d", "4", 'd'));

    assertThat(unknown.why().toString())
        .isEqualTo(
            "not-in-catalog: deployment d, asked for by ann, names sha256:%s as 4, which no catalog of this host's channels holds; nothing is done"
                .formatted("d".repeat(64)));
    assertThat(otherVersion.why().code()).isEqualTo(ReasonCode.NOT_IN_CATALOG);
    assertThat(otherVersion.why().sentence())
        .contains("as 2.1, which the catalog calls 2; nothing is done");
    assertThat(otherChannel.outcome()).isEqualTo("leave not-in-catalog");
  }

  @Test
  void a_release_of_one_channel_counts_though_another_channel_names_it_otherwise() {
    Scene scene =
        Scene.usual()
            .catalog("early", Scene.release("2.1", 'b', "2026-11-10T00:00:00Z"))
            .deployments(TWO);

    assertThat(scene.outcome()).isEqualTo("run 2");
    assertThat(scene.config().vouchesFor(agent("2", 'b'))).isTrue();
    assertThat(scene.config().vouchesFor(agent("3", 'b'))).isFalse();
  }

  @Test
  void a_damaged_catalog_is_told_beside_what_it_does_not_hold() {
    Scene scene = Scene.usual().document("catalog/stable/agent.json", "{").deployments(TWO);

    assertThat(scene.outcome()).isEqualTo("leave not-in-catalog");
    assertThat(scene.why().evidence()).singleElement().asString().contains("catalog/stable/agent");
  }

  @Tag("F71")
  @Test
  void a_release_that_is_not_made_for_this_platform_is_left_alone() {
    Scene scene = Scene.usual().on("linux", "arm64").deployments(TWO);

    assertThat(scene.outcome()).isEqualTo("leave platform-mismatch");
    assertThat(scene.why().sentence()).contains("roll-1", "agent 2", "linux/arm64");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                  | true
          {'os':['linux']}                                    | true
          {'os':['windows']}                                  | false
          {'os':['windows','linux']}                          | true
          {'arch':['arm64']}                                  | false
          {'arch':['arm64','amd64']}                          | true
          {'hosts':['web-*']}                                 | true
          {'hosts':['WEB-7.*.org','db-*']}                    | true
          {'hosts':['db-*']}                                  | false
          {'tags':{'env':['prod']}}                           | true
          {'tags':{'env':['dev','prod']}}                     | true
          {'tags':{'env':['dev']}}                            | false
          {'tags':{'role':['cache']}}                         | true
          {'tags':{'env':['prod'],'role':['db']}}             | false
          {'tags':{'team':['core']}}                          | false
          {'tags':{'env':['prod']},'os':['windows']}          | false
          {'tags':{'env':['prod']},'os':['linux'],'arch':['amd64'],'hosts':['web-?.example.org']} | true
          """)
  void everything_that_is_selected_by_must_match(String select, boolean meant) {
    Scene scene =
        Scene.usual()
            .tag("env", "prod")
            .tag("role", "web", "cache")
            .deployments(TWO + ",'select':" + select);

    assertThat(scene.outcome()).isEqualTo(meant ? "run 2" : "leave not-desired");
  }

  @Test
  void deployments_for_other_hosts_are_told_apart() {
    Scene scene = Scene.usual().deployments(TWO + ",'select':{'os':['windows']}");

    assertThat(scene.why().sentence())
        .isEqualTo("no deployment of agent is for this host, so it is left as it is");
    assertThat(scene.why().evidence()).containsExactly("deployment roll-1 is for other hosts");
  }

  @Test
  void a_document_without_deployments_leaves_the_package_alone() {
    assertThat(Scene.usual().deployments().outcome()).isEqualTo("leave not-desired");
  }

  @Test
  void a_group_that_this_host_is_not_in_does_not_count() {
    Scene scene = Scene.usual().deployments("other", AGENT, TWO);

    assertThat(scene.wishes()).isEmpty();
  }

  @Test
  void the_highest_priority_among_those_for_this_host_wins_across_groups() {
    Scene scene =
        Scene.usual()
            .deployments(TWO, exactly("low", "1", 'a') + ",'priority':-1")
            .deployments(
                "canary",
                AGENT,
                exactly("high", "3", 'c') + ",'priority':5",
                exactly("higher", "1", 'a') + ",'priority':9,'select':{'os':['windows']}");

    assertThat(scene.outcome()).isEqualTo("run 3");
  }

  @Test
  void a_winner_below_zero_is_a_winner() {
    Scene scene = Scene.usual().deployments(TWO + ",'priority':-7");

    assertThat(scene.outcome()).isEqualTo("run 2");
  }

  @Test
  void a_tie_that_names_two_releases_changes_nothing() {
    Scene scene = Scene.usual().deployments(TWO, exactly("roll-2", "3", 'c'));

    assertThat(scene.outcome()).isEqualTo("leave deployment-conflict");
    assertThat(scene.why().sentence())
        .isEqualTo(
            "deployments roll-1, roll-2 of agent have the same priority and name different releases; give one of them a higher one");
    assertThat(scene.why().evidence())
        .containsExactly(
            "deployment roll-1, asked for by ann, names sha256:" + "b".repeat(64),
            "deployment roll-2, asked for by ann, names sha256:" + "c".repeat(64));
  }

  @Test
  void a_tie_of_a_release_and_of_nothing_changes_nothing() {
    Scene scene =
        Scene.usual().deployments(TWO, "'id':'d','package':'agent','by':'bob','ensure':'absent'");

    assertThat(scene.outcome()).isEqualTo("leave deployment-conflict");
    assertThat(scene.why().evidence()).last().asString().endsWith("bob, names nothing");
  }

  @Test
  void a_tie_that_names_one_release_is_none_and_the_strictest_counts() {
    Scene paused = Scene.usual().deployments(exactly("d", "2", 'b') + ",'paused':true", TWO);
    Scene later =
        Scene.usual()
            .deployments(
                exactly("d", "2", 'b') + ",'rollout':{'start':'2026-11-22T00:00:00Z'}",
                exactly("e", "2", 'b') + ",'rollout':{'start':'2026-11-23T00:00:00Z'}",
                TWO);
    Scene longest =
        Scene.usual().deployments(exactly("d", "2", 'b') + ",'gate':{'stableFor':'9m'}", TWO);

    assertThat(paused.outcome()).isEqualTo("paused");
    assertThat(later.outcome()).isEqualTo("wave until 2026-11-23T00:00:00Z");
    assertThat(longest.wish().want())
        .isEqualTo(new Desired.Run(agent("2", 'b'), Duration.ofMinutes(9)));
  }

  @Test
  void in_a_tie_that_names_one_release_a_refusal_is_the_strictest() {
    Scene scene =
        Scene.usual()
            .deployments(exactly("d", "2", 'b') + ",'paused':true", exactly("e", "2.1", 'b'));

    assertThat(scene.outcome()).isEqualTo("leave not-in-catalog");
  }

  @Test
  void in_a_tie_a_wait_without_end_is_longer_than_one_with_an_end() {
    Scene scene =
        Scene.usual()
            .deployments(
                exactly("d", "2", 'b') + ",'rollout':{'start':'2026-11-22T00:00:00Z'}",
                exactly("e", "2", 'b') + ",'paused':true");

    assertThat(scene.outcome()).isEqualTo("paused");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-21T12:00:00Z, leave deployment-over",
    "2026-11-21T12:00:01Z, run 2",
    "2026-11-21T11:59:59Z, leave deployment-over"
  })
  void what_is_over_leaves_the_package_alone(String notAfter, String outcome) {
    Scene scene = Scene.usual().deployments(TWO + ",'notAfter':'" + notAfter + "'");

    assertThat(scene.outcome()).isEqualTo(outcome);
  }

  @Test
  void what_is_over_says_since_when_and_makes_way_for_the_next() {
    String over = TWO + ",'priority':5,'notAfter':'2026-11-21T00:00:00Z'";

    assertThat(Scene.usual().deployments(over).why().sentence())
        .isEqualTo(
            "deployment roll-1, asked for by ann, was over at 2026-11-21T00:00:00Z, so agent is left as it is");
    assertThat(Scene.usual().deployments(over, exactly("d", "1", 'a')).outcome())
        .isEqualTo("run 1");
  }

  @Test
  void a_pause_of_the_winner_stops_and_does_not_make_way() {
    Scene scene =
        Scene.usual().deployments(TWO + ",'paused':true,'priority':1", exactly("d", "1", 'a'));

    assertThat(scene.why().toString())
        .isEqualTo(
            "paused: deployment roll-1, asked for by ann, is paused; it goes on when a signed document says so");
    assertThat(scene.wish().want().release()).contains(agent("2", 'b'));
  }

  @ParameterizedTest
  @CsvSource({"1.1, installer-too-old", "1.2, run 2", "1.10, run 2", "development, run 2"})
  void an_installer_that_is_too_old_does_nothing(String version, String outcome) {
    Scene scene =
        Scene.usual().installer(version).deployments(TWO + ",'requires':{'installer':'>=1.2'}");

    assertThat(scene.outcome()).isEqualTo(outcome);
  }

  @Test
  void an_installer_that_is_too_old_says_what_is_needed() {
    Scene scene =
        Scene.usual().installer("1.1").deployments(TWO + ",'requires':{'installer':'>=1.2'}");

    assertThat(scene.why().sentence())
        .isEqualTo(
            "deployment roll-1, asked for by ann, needs fleet-installer >=1.2, and this is 1.1");
  }

  @ParameterizedTest
  @CsvSource({
    "false, true,  downgrade",
    "true,  true,  run 2",
    "true,  false, downgrade",
    "false, false, downgrade"
  })
  void an_older_release_needs_the_word_of_both_deployment_and_host(
      boolean signed, boolean host, String outcome) throws Exception {
    Scene scene =
        Scene.usual()
            .running(agent("3", 'c'))
            .policy("packages: {agent: {allowDowngrade: %s}}".formatted(host))
            .deployments(TWO + ",'allowDowngrade':" + signed);

    assertThat(scene.outcome()).isEqualTo(outcome);
  }

  @Test
  void a_refused_downgrade_says_who_does_not_allow_it() throws Exception {
    Scene unsigned = Scene.usual().running(agent("3", 'c')).deployments(TWO);
    Scene forbidden =
        Scene.usual()
            .running(agent("3", 'c'))
            .policy("packages: {agent: {allowDowngrade: false}}")
            .deployments(TWO + ",'allowDowngrade':true");

    assertThat(unsigned.why().sentence())
        .isEqualTo(
            "deployment roll-1, asked for by ann, names agent 2 (bbbbbbbbbbbb), which is older than 3 that runs, and does not say allowDowngrade");
    assertThat(forbidden.why().sentence()).endsWith("and installer.yaml allows no downgrade");
  }

  @Test
  void the_same_version_from_other_bytes_is_no_downgrade() {
    Scene scene = Scene.usual().running(agent("2", 'd')).deployments(TWO);

    assertThat(scene.outcome()).isEqualTo("run 2");
  }

  @Test
  void one_bad_document_stops_its_own_package_only() {
    PackageName other = new PackageName("other");
    Scene scene =
        Scene.usual()
            .deployments(TWO)
            .document("deployments/canary/agent.json", "{'formatVersion':2}")
            .document(
                "catalog/stable/other.json",
                Scene.catalogText("other", Scene.release("1", 'e', "2026-11-01T00:00:00Z")))
            .deployments("prod", other, exactly("o", "1", 'e').replace("agent", "other"));

    assertThat(scene.outcome()).isEqualTo("leave malformed");
    assertThat(scene.why().sentence()).contains("deployments/canary/agent.json", "formatVersion");
    assertThat(Scene.outcome(scene.wishes().get(other))).isEqualTo("run 1");
  }

  @Test
  void all_bad_documents_of_a_package_are_told() {
    Scene scene =
        Scene.usual()
            .document("deployments/canary/agent.json", "{'formatVersion':2}")
            .document("deployments/prod/agent.json", "[]");

    assertThat(scene.why().sentence()).contains("canary");
    assertThat(scene.why().evidence()).singleElement().asString().contains("prod");
  }

  @Test
  void a_document_that_speaks_of_another_package_is_refused() {
    Scene scene = Scene.usual().document("deployments/prod/other.json", deployment(TWO));

    assertThat(scene.wishes().keySet()).containsExactly(new PackageName("other"));
    assertThat(Scene.outcome(scene.wishes().get(new PackageName("other"))))
        .isEqualTo("leave malformed");
    assertThat(scene.config().problems().get("deployments/prod/other.json").sentence())
        .contains("it speaks of package agent");
  }

  @Test
  void a_catalog_that_speaks_of_another_package_vouches_for_nothing() {
    Scene scene =
        new Scene()
            .document(
                "catalog/stable/other.json",
                Scene.catalogText("agent", Scene.release("2", 'b', "2026-11-01T00:00:00Z")))
            .deployments(TWO);

    assertThat(scene.outcome()).isEqualTo("leave not-in-catalog");
    assertThat(scene.config().problems()).containsOnlyKeys("catalog/stable/other.json");
  }

  @Test
  void the_catalog_is_asked_by_version_and_by_digest() {
    RemoteConfig config = Scene.usual().config();

    assertThat(config.find(AGENT, agent("2", 'b').version())).containsExactly(agent("2", 'b'));
    assertThat(config.find(AGENT, agent("9", 'b').version())).isEmpty();
    assertThat(
            config
                .find(AGENT, Scene.digest('c'))
                .orElseThrow()
                .runsOn(new Platform("linux", "amd64")))
        .isTrue();
    assertThat(config.find(new PackageName("other"), Scene.digest('c'))).isEmpty();
  }

  private static String deployment(String inner) {
    return "{'formatVersion':1,'deployments':[{" + inner + "}]}";
  }
}

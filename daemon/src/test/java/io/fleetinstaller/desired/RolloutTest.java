package io.fleetinstaller.desired;

import static io.fleetinstaller.desired.Scene.agent;
import static io.fleetinstaller.desired.Scene.exactly;
import static io.fleetinstaller.desired.Scene.following;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.Release;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who may go when. In deployment roll-1 host-7 stands at 2.23 %, host-2 at 28.33 %, host-3 at 91.42
 * %.
 */
class RolloutTest {
  private static final String WAVES =
      ",'rollout':{'start':'2026-11-21T10:00:00Z','waves':[{'percent':3},{'percent':30,'after':'2h'},{'percent':90,'after':'1d'}]}";
  private static final String FOLLOW_WAVES =
      ",'rollout':{'start':'2026-11-09T00:00:00Z','waves':[{'percent':3},{'percent':30,'after':'2d'},{'percent':100,'after':'15d'}]}";

  @ParameterizedTest
  @CsvSource({
    "host-7, 2026-11-21T09:59:59Z, wave until 2026-11-21T10:00:00Z",
    "host-7, 2026-11-21T10:00:00Z, run 2",
    "host-2, 2026-11-21T10:00:00Z, wave until 2026-11-21T12:00:00Z",
    "host-2, 2026-11-21T11:59:59.999Z, wave until 2026-11-21T12:00:00Z",
    "host-2, 2026-11-21T12:00:00Z, run 2",
    "host-6, 2026-11-21T12:00:00Z, wave until 2026-11-22T10:00:00Z",
    "host-6, 2026-11-22T10:00:00Z, run 2",
    "host-3, 2026-11-30T10:00:00Z, wave"
  })
  void a_host_waits_for_its_wave(String host, String now, String outcome) {
    Scene scene = waves(host).at(now);

    assertThat(scene.outcome()).isEqualTo(outcome);
  }

  @Test
  void a_wave_names_the_deployment_who_asks_how_far_and_when() {
    assertThat(waves("host-2").at("2026-11-21T11:00:00Z").why().sentence())
        .isEqualTo(
            "deployment roll-1, asked for by ann, reaches this host, which stands at 28.33 %, with its wave of 30 % of the fleet at 2026-11-21T12:00:00Z");
    assertThat(waves("host-3").why().sentence())
        .isEqualTo(
            "deployment roll-1, asked for by ann, ends before it reaches this host, which stands at 91.42 % of the fleet");
  }

  @Test
  void a_start_without_waves_is_for_all_hosts() {
    Scene scene =
        Scene.usual()
            .deployments(
                exactly("roll-1", "2", 'b') + ",'rollout':{'start':'2026-11-21T12:00:01Z'}");

    assertThat(scene.outcome()).isEqualTo("wave until 2026-11-21T12:00:01Z");
    assertThat(scene.why().sentence())
        .isEqualTo("deployment roll-1, asked for by ann, begins at 2026-11-21T12:00:01Z");
  }

  @Test
  void a_removal_has_waves_too() {
    Scene scene =
        Scene.usual()
            .host("host-2")
            .at("2026-11-21T11:00:00Z")
            .deployments("'id':'roll-1','package':'agent','by':'ann','ensure':'absent'" + WAVES);

    assertThat(scene.outcome()).isEqualTo("wave until 2026-11-21T12:00:00Z");
    assertThat(scene.wish().want().release()).isEmpty();
  }

  @Test
  void behind_the_wave_comes_the_window() {
    String window = ",'window':{'days':['sun'],'from':'02:00','for':'2h','zone':'UTC'}";
    Scene before = waves("host-2", window).at("2026-11-21T11:00:00Z");
    Scene after = waves("host-2", window).at("2026-11-21T13:00:00Z");
    Scene open = waves("host-2", window).at("2026-11-22T03:00:00Z");

    assertThat(before.outcome()).isEqualTo("wave until 2026-11-21T12:00:00Z");
    assertThat(before.why().evidence())
        .containsExactly(
            "then it waits for the window sun 02:00 for 2h, UTC, which opens at 2026-11-22T02:00:00Z");
    assertThat(after.outcome()).isEqualTo("window until 2026-11-22T02:00:00Z");
    assertThat(after.why().sentence())
        .isEqualTo(
            "deployment roll-1, asked for by ann, waits for the window sun 02:00 for 2h, UTC, which opens at 2026-11-22T02:00:00Z");
    assertThat(open.outcome()).isEqualTo("run 2");
  }

  @Test
  void a_wait_that_outlasts_the_deployment_has_no_end() {
    Scene atTheEnd =
        waves("host-2", ",'notAfter':'2026-11-21T12:00:00Z'").at("2026-11-21T11:00:00Z");
    Scene before = waves("host-2", ",'notAfter':'2026-11-21T12:00:01Z'").at("2026-11-21T11:00:00Z");

    assertThat(atTheEnd.outcome()).isEqualTo("wave");
    assertThat(atTheEnd.why().sentence()).endsWith(", but it is over at 2026-11-21T12:00:00Z");
    assertThat(before.outcome()).isEqualTo("wave until 2026-11-21T12:00:00Z");
  }

  @ParameterizedTest
  @CsvSource({
    "'',      run 3",
    "<3,      run 2",
    ">=1 <=2, run 2",
    "=1,      run 1",
    ">3,      leave not-in-catalog"
  })
  void the_newest_release_within_the_range_is_followed(String range, String outcome) {
    String follow =
        range.isEmpty() ? following("d", "").replace(",'range':''", "") : following("d", range);

    assertThat(Scene.usual().deployments(follow).outcome()).isEqualTo(outcome);
  }

  @Test
  void what_cannot_be_followed_says_so() {
    Scene nothing = Scene.usual().deployments(following("d", ">3"));
    Scene unread = Scene.usual().deployments(following("d", ">=1").replace("stable", "beta"));
    Scene damaged =
        Scene.usual()
            .document("catalog/stable/agent.json", "nothing")
            .deployments(following("d", ">=1"));
    Scene foreign = Scene.usual().on("windows", "amd64").deployments(following("d", ">=1"));

    assertThat(nothing.why().sentence())
        .isEqualTo(
            "deployment d, asked for by ann, follows channel stable, of which this host knows no release within >3 for linux/amd64");
    assertThat(unread.why().sentence()).contains("follows channel beta, of which");
    assertThat(damaged.why().evidence()).singleElement().asString().contains("catalog/stable");
    assertThat(foreign.outcome()).isEqualTo("leave not-in-catalog");
  }

  // Release 1 is published on the 1st, 2 on the 10th, 3 on the 20th; the rollout starts on the 9th.
  @ParameterizedTest
  @CsvSource({
    "host-7, 2026-11-08T00:00:00Z, wave until 2026-11-09T00:00:00Z",
    "host-7, 2026-11-09T00:00:00Z, run 1",
    "host-7, 2026-11-10T00:00:00Z, run 2",
    "host-7, 2026-11-20T00:00:00Z, run 3",
    "host-2, 2026-11-09T00:00:00Z, wave until 2026-11-11T00:00:00Z",
    "host-2, 2026-11-11T00:00:00Z, run 1",
    "host-2, 2026-11-12T00:00:00Z, run 2",
    "host-2, 2026-11-21T23:59:59Z, run 2",
    "host-2, 2026-11-22T00:00:00Z, run 3",
    "host-3, 2026-11-21T00:00:00Z, wave until 2026-11-24T00:00:00Z",
    "host-3, 2026-11-24T00:00:00Z, run 1",
    "host-3, 2026-11-25T00:00:00Z, run 2",
    "host-3, 2026-12-05T00:00:00Z, run 3"
  })
  void a_host_follows_the_newest_release_whose_wave_has_come(
      String host, String now, String outcome) {
    assertThat(follow(host, now).outcome()).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource({
    // what runs is what has come: the next one is waited for
    "host-2, 2026-11-21T00:00:00Z, 2, b, wave until 2026-11-22T00:00:00Z",
    "host-3, 2026-11-24T12:00:00Z, 1, a, wave until 2026-11-25T00:00:00Z",
    "host-2, 2026-11-22T00:00:00Z, 3, c, run 3",
    // what runs came before its wave: it stays
    "host-2, 2026-11-21T00:00:00Z, 3, c, run 3",
    // what runs is not of the channel: no way back, but a way forth
    "host-2, 2026-11-21T00:00:00Z, 2.5, e, wave until 2026-11-22T00:00:00Z",
    "host-2, 2026-11-22T00:00:00Z, 2.5, e, run 3",
    "host-2, 2026-11-22T00:00:00Z, 4, e, downgrade",
    "host-3, 2026-11-20T00:00:00Z, 4, e, downgrade",
    // the next one in time is no way forth when it is older than what runs
    "host-3, 2026-11-24T12:00:00Z, 2.5, e, wave until 2026-12-05T00:00:00Z",
    // the same version from other bytes is brought up to what was signed, and waits for no newer
    // one
    "host-2, 2026-11-21T00:00:00Z, 2, e, run 2"
  })
  void what_runs_counts_for_what_is_followed(
      String host, String now, String version, char digit, String outcome) {
    Scene scene = follow(host, now).running(agent(version, digit));

    assertThat(scene.outcome()).isEqualTo(outcome);
  }

  @Test
  void what_runs_stays_where_no_newer_release_ever_comes() {
    String few = ",'rollout':{'waves':[{'percent':3}]}";
    Scene scene =
        Scene.usual()
            .host("host-3")
            .running(agent("1", 'a'))
            .deployments(following("roll-1", ">=1") + few);

    assertThat(scene.outcome()).isEqualTo("run 1");
  }

  @Test
  void a_release_that_was_withdrawn_is_gone_back_from_only_if_that_is_signed() {
    Release withdrawn = agent("4", 'd');
    Scene without = Scene.usual().running(withdrawn).deployments(following("d", ">=1"));
    Scene with =
        Scene.usual()
            .running(withdrawn)
            .deployments(following("d", ">=1") + ",'allowDowngrade':true");

    assertThat(without.outcome()).isEqualTo("downgrade");
    assertThat(with.outcome()).isEqualTo("run 3");
  }

  @Test
  void a_release_that_is_there_waits_for_no_window() {
    Scene scene =
        Scene.usual()
            .running(agent("3", 'c'))
            .deployments(
                following("d", ">=1")
                    + ",'window':{'days':['mon'],'from':'02:00','for':'2h','zone':'UTC'}");

    assertThat(scene.outcome()).isEqualTo("run 3");
  }

  @Test
  void a_tie_of_two_rules_that_come_to_one_release_is_none() {
    Scene scene = Scene.usual().deployments(following("d", ">=1"), exactly("e", "3", 'c'));

    assertThat(scene.outcome()).isEqualTo("run 3");
  }

  private static Scene waves(String host) {
    return waves(host, "");
  }

  private static Scene waves(String host, String more) {
    return Scene.usual().host(host).deployments(exactly("roll-1", "2", 'b') + WAVES + more);
  }

  private static Scene follow(String host, String now) {
    return Scene.usual().host(host).at(now).deployments(following("roll-1", ">=1") + FOLLOW_WAVES);
  }
}

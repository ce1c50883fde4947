package io.fleetinstaller.desired;

import static io.fleetinstaller.desired.Scene.AGENT;
import static io.fleetinstaller.desired.Scene.NOON;
import static io.fleetinstaller.desired.Scene.agent;
import static io.fleetinstaller.desired.Scene.exactly;
import static io.fleetinstaller.desired.Scene.following;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPolicyTest {
  private static final String NIGHT = "{days: [sun], from: '02:00', for: 2h, zone: UTC}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                    | run 2
          {deny: [agent]}                                       | denied
          {deny: ['ag*']}                                       | denied
          {deny: [other]}                                       | run 2
          {allow: [agent]}                                      | run 2
          {allow: ['a?ent', other]}                             | run 2
          {allow: [other]}                                      | denied
          {allow: []}                                           | denied
          {allow: [agent], deny: [agent]}                       | denied
          {packages: {other: {hold: true}}}                     | run 2
          {packages: {agent: {range: '>=2 <3'}}}                | run 2
          {packages: {agent: {range: '<2'}}}                    | out-of-range
          {packages: {agent: {pin: '2'}}}                       | run 2
          {packages: {agent: {pin: '1'}}}                       | pinned
          {packages: {agent: {pin: 'sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'}}} | run 2
          {packages: {agent: {pin: 'sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc'}}} | pinned
          {packages: {agent: {hold: true}}}                     | held
          {packages: {agent: {hold: false}}}                    | run 2
          {packages: {agent: {hold: audit}}}                    | held
          {packages: {agent: {manualOnly: true}}}               | manual-only
          {packages: {agent: {manualOnly: false}}}              | run 2
          {window: {days: [sun], from: '02:00', for: 2h, zone: UTC}} | window until 2026-11-22T02:00:00Z
          {window: {days: [sat], from: '02:00', for: 20h, zone: UTC}} | run 2
          {packages: {agent: {window: {days: [mon], from: '02:00', for: 2h, zone: UTC}}}} | window until 2026-11-23T02:00:00Z
          """)
  void it_outranks_signed_config(String yaml, String outcome) throws Exception {
    Scene scene = Scene.usual().policy(yaml).deployments(exactly("d", "2", 'b'));

    assertThat(scene.outcome()).isEqualTo(outcome);
    assertThat(scene.wish().want().release()).contains(agent("2", 'b'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {deny: [agent]}                         | installer.yaml does not allow agent on this host; change its section policy if it should
          {packages: {agent: {range: '<2'}}}      | installer.yaml allows only agent <2; change its section policy if it should
          {packages: {agent: {pin: '1'}}}         | installer.yaml pins agent to 1; change its section policy if it should
          {packages: {agent: {pin: 'sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc'}}} | installer.yaml pins agent to sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc; change its section policy if it should
          {packages: {agent: {hold: true}}}       | installer.yaml holds agent; change its section policy if it should
          {packages: {agent: {hold: audit}}}      | installer.yaml holds agent (audit); change its section policy if it should
          {packages: {agent: {manualOnly: true}}} | installer.yaml lets only a person change agent; change its section policy if it should
          """)
  void it_says_what_stands_against_a_change(String yaml, String sentence) throws Exception {
    Scene scene = Scene.usual().policy(yaml).deployments(exactly("d", "2", 'b'));

    assertThat(scene.why().sentence()).isEqualTo(sentence);
  }

  @Test
  void remote_updates_that_are_off_stop_what_is_signed_and_say_who_turned_them_off() {
    Reason broken = new Reason(ReasonCode.MALFORMED, "it is no YAML");
    Scene scene =
        Scene.usual()
            .remote(RemoteUpdates.off("datadog.yaml", broken))
            .deployments(exactly("d", "2", 'b'));

    assertThat(scene.outcome()).isEqualTo("remote-updates-off");
    assertThat(scene.why())
        .isEqualTo(
            new Reason(
                ReasonCode.REMOTE_UPDATES_OFF,
                "remote updates of this host are off, says datadog.yaml",
                java.util.List.of("malformed: it is no YAML")));
  }

  @Test
  void a_removal_is_stopped_by_a_pin_and_not_by_a_range() throws Exception {
    String absent = "'id':'d','package':'agent','by':'ann','ensure':'absent'";
    Scene pinned = Scene.usual().policy("packages: {agent: {pin: '1'}}").deployments(absent);
    Scene ranged = Scene.usual().policy("packages: {agent: {range: '<2'}}").deployments(absent);

    assertThat(pinned.outcome()).isEqualTo("pinned");
    assertThat(ranged.outcome()).isEqualTo("absent");
  }

  @ParameterizedTest
  @CsvSource({"range: '<3', run 2", "pin: '1', run 1", "range: '>5', out-of-range"})
  void a_rule_that_follows_finds_the_newest_release_that_is_allowed(String rule, String outcome)
      throws Exception {
    Scene scene =
        Scene.usual()
            .policy("packages: {agent: {%s}}".formatted(rule))
            .deployments(following("d", ">=1"));

    assertThat(scene.outcome()).isEqualTo(outcome);
  }

  @Test
  void the_windows_of_host_package_and_deployment_must_all_be_open() throws Exception {
    Scene scene =
        Scene.usual()
            .policy(
                """
                window: {from: '01:00', for: 6h, zone: UTC}
                packages: {agent: {window: {days: [mon, tue], from: '00:00', for: 1d, zone: UTC}}}
                """)
            .deployments(
                exactly("d", "2", 'b')
                    + ",'window':{'days':['tue'],'from':'05:00','for':'9h','zone':'UTC'}");

    assertThat(scene.outcome()).isEqualTo("window until 2026-11-24T05:00:00Z");
  }

  @Test
  void what_only_a_person_can_end_comes_before_what_time_ends() throws Exception {
    Scene scene =
        Scene.usual()
            .policy("{window: %s, packages: {agent: {hold: true}}}".formatted(NIGHT))
            .deployments(exactly("d", "2", 'b'));

    assertThat(scene.outcome()).isEqualTo("held");
  }

  @Test
  void a_desired_file_is_under_it_too() throws Exception {
    HostPolicy policy = policy("{deny: [other], window: %s}".formatted(NIGHT));

    assertThat(Scene.outcome(policy.rule(file(AGENT), NOON)))
        .isEqualTo("window until 2026-11-22T02:00:00Z");
    assertThat(Scene.outcome(policy.rule(file(AGENT), Instant.parse("2026-11-22T02:00:00Z"))))
        .isEqualTo("run 2");
    assertThat(Scene.outcome(policy.rule(file(new PackageName("other")), NOON)))
        .isEqualTo("denied");
    assertThat(Scene.outcome(policy("packages: {agent: {hold: x}}").rule(file(AGENT), NOON)))
        .isEqualTo("held");
    assertThat(policy.rule(file(AGENT), NOON).origin().by()).isEqualTo("desired.yaml");
    assertThat(((Desired.Later) policy.rule(file(AGENT), NOON).want()).why().sentence())
        .startsWith("desired.yaml waits for the window");
  }

  @Test
  void what_is_left_alone_anyway_stays_so() throws Exception {
    Desired left =
        new Desired(
            AGENT,
            new Desired.Leave(new Reason(ReasonCode.NOT_DESIRED, "nobody asks")),
            new Origin(Origin.Kind.FILE, "desired.yaml", ""));

    assertThat(policy("deny: [agent]").rule(left, NOON)).isEqualTo(left);
  }

  @Test
  void a_person_passes_holds_and_windows_and_is_told_which() throws Exception {
    HostPolicy policy = policy("{window: %s, packages: {agent: {hold: audit}}}".formatted(NIGHT));

    assertThat(policy.passed(AGENT, NOON).stream().map(Reason::toString))
        .containsExactly(
            "held: installer.yaml holds agent (audit); change its section policy if it should",
            "window: installer.yaml lets agent change only sun 02:00 for 2h, UTC");
    assertThat(policy.passed(new PackageName("other"), Instant.parse("2026-11-22T02:00:00Z")))
        .isEmpty();
  }

  @Test
  void a_person_never_passes_what_is_forbidden() throws Exception {
    HostPolicy policy = policy("{deny: [other], packages: {agent: {range: '<3', pin: '2'}}}");

    assertThat(forbidden(policy, new PackageName("other"), Optional.empty())).isEqualTo("denied");
    assertThat(forbidden(policy, AGENT, Optional.of(agent("1", 'a')))).isEqualTo("pinned");
    assertThat(forbidden(policy, AGENT, Optional.of(agent("2", 'b')))).isEqualTo("allowed");
    assertThat(
            forbidden(
                policy("packages: {agent: {range: '<3'}}"), AGENT, Optional.of(agent("3", 'c'))))
        .isEqualTo("out-of-range");
  }

  @Test
  void the_whole_section_is_read() throws Exception {
    HostPolicy policy = policy("{remoteUpdates: false, allow: [a], deny: [b]}");

    assertThat(policy.remoteUpdates()).contains(false);
    assertThat(policy("remoteUpdates: true").remoteUpdates()).contains(true);
    assertThat(policy("{}")).isEqualTo(HostPolicy.NONE);
    assertThat(policy.allow().orElseThrow()).containsExactly(new Glob("a"));
    assertThat(policy.deny()).containsExactly(new Glob("b"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{remote: true}",
        "{remoteUpdates: maybe}",
        "{allow: agent}",
        "{allow: ['a/b']}",
        "{packages: {Agent: {hold: true}}}",
        "{packages: {agent: {hold: ''}}}",
        "{packages: {agent: {range: '1.9'}}}",
        "{packages: {agent: {pin: 'sha256:1'}}}",
        "{packages: {agent: {pinned: '1'}}}",
        "{packages: {agent: }}",
        "{window: {from: '02:00'}}"
      })
  void what_it_does_not_know_is_refused(String yaml) {
    assertThatThrownBy(() -> policy(yaml)).isInstanceOf(Refused.class);
  }

  private static String forbidden(HostPolicy policy, PackageName name, Optional<Release> to) {
    return policy.forbids(name, to).map(why -> why.code().text()).orElse("allowed");
  }

  private static Desired file(PackageName name) {
    Release release = new Release(name, agent("2", 'b').version(), Scene.digest('b'));
    return new Desired(
        name, new Desired.Run(release), new Origin(Origin.Kind.FILE, "desired.yaml", ""));
  }

  private static HostPolicy policy(String yaml) throws Refused {
    return HostPolicy.of(Document.yaml("installer.yaml", Scene.bytes(yaml)));
  }
}

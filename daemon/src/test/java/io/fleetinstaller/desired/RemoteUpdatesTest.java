package io.fleetinstaller.desired;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteUpdatesTest {

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # setting, environment, datadog.yaml,          on,    who decided
          true,      false,       remote_updates: false, true,  policy.remoteUpdates of installer.yaml
          false,     true,        remote_updates: true,  false, policy.remoteUpdates of installer.yaml
          -,         true,        remote_updates: false, true,  DD_REMOTE_UPDATES of the environment
          -,         false,       remote_updates: true,  false, DD_REMOTE_UPDATES of the environment
          -,         ' ',         remote_updates: true,  true,  remote_updates of datadog.yaml
          -,         -,           remote_updates: true,  true,  remote_updates of datadog.yaml
          -,         -,           remote_updates: false, false, remote_updates of datadog.yaml
          -,         -,           api_key: x,            false, 'datadog.yaml, which is silent about it'
          -,         -,           '',                    false, 'datadog.yaml, which is silent about it'
          -,         -,           remote_updates:,       false, 'datadog.yaml, which is silent about it'
          -,         -,           -,                     true,  nobody forbids it
          -,         0,           -,                     false, DD_REMOTE_UPDATES of the environment
          """)
  void the_first_that_speaks_decides(
      Boolean setting, String variable, String yaml, boolean on, String who) {
    RemoteUpdates decided = decide(setting, variable, yaml);

    assertThat(decided).isEqualTo(new RemoteUpdates(on, who, Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource({
    "true, true",
    "'True', true",
    "yes, true",
    "on, true",
    "1, true",
    "'\"true\"', true",
    "false, false",
    "no, false",
    "OFF, false",
    "0, false"
  })
  void it_is_read_as_the_agent_reads_it(String value, boolean on) {
    assertThat(decide(null, null, "logs: {a: 1}\nremote_updates: " + value + "\n"))
        .isEqualTo(new RemoteUpdates(on, "remote_updates of datadog.yaml", Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "remote_updates: maybe",
        "remote_updates: [true]",
        "remote_updates: true\nremote_updates: false",
        "a: &x 1\nb: *x\nremote_updates: true",
        "- remote_updates",
        "remote_updates: {",
        "\tremote_updates: true"
      })
  void what_cannot_be_read_means_off_and_says_so(String yaml) {
    RemoteUpdates decided = decide(null, null, yaml);

    assertThat(decided.on()).isFalse();
    assertThat(decided.problem().map(Reason::code)).contains(ReasonCode.BAD_SETTINGS);
  }

  @Test
  void a_file_without_end_means_off() {
    RemoteUpdates decided = decide(null, null, "remote_updates: true\n" + "#".repeat(1 << 20));

    assertThat(decided.on()).isFalse();
    assertThat(decided.problem()).isPresent();
  }

  @Test
  void a_variable_that_nobody_understands_means_off() {
    RemoteUpdates decided = decide(null, "si", "remote_updates: true");

    assertThat(decided)
        .isEqualTo(
            RemoteUpdates.off(
                "DD_REMOTE_UPDATES of the environment",
                new Reason(
                    ReasonCode.BAD_SETTINGS,
                    "cannot tell whether DD_REMOTE_UPDATES of the environment means on or off; write true or false")));
  }

  private static RemoteUpdates decide(Boolean setting, String variable, String yaml) {
    return RemoteUpdates.decide(
        Optional.ofNullable(setting),
        variable == null ? Map.of("PATH", "/bin") : Map.of(RemoteUpdates.VARIABLE, variable),
        Optional.ofNullable(yaml).map(Scene::bytes));
  }
}

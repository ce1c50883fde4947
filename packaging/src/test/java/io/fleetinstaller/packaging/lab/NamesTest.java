package io.fleetinstaller.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NamesTest {
  private final Names names =
      new Names(
          Path.of("/var/lib/fleet-installer"),
          Path.of("/opt/datadog-packages"),
          Path.of("/etc/systemd/system"));

  @ParameterizedTest
  @CsvSource({
    "append journals, append, /var/lib/fleet-installer/journals/agent/17.journal",
    "replace armed, replace, /var/lib/fleet-installer/armed/agent",
    "replace policy.json, replace, /var/lib/fleet-installer/policy.json",
    "create state, create, /var/lib/fleet-installer",
    "replace guard, replace, /opt/datadog-packages/.guard/open.agent",
    "point current, point, /opt/datadog-packages/agent/current",
    "delete slot, delete, /opt/datadog-packages/agent/1.5.0-0123456789ab",
    "create home, create, /opt/datadog-packages/agent",
    "delete staging, delete, /opt/datadog-packages/agent/.staging",
    "delete begun, delete, /opt/datadog-packages/agent/.begun",
    "stage staged file, stage, /opt/datadog-packages/agent/.staging/1.5.0-0123456789ab/bin/agent",
    "replace slot valid, replace, /opt/datadog-packages/agent/1.5.0-01/.fleet-installer/valid",
    "replace unit, replace, /etc/systemd/system/agent.service",
    "replace drop-in 60-trial.conf, replace, /etc/systemd/system/agent.service.d/60-trial.conf",
    "delete prepared unit, delete, /etc/systemd/system/.agent.service.old",
    "replace fleet-installer-guard@.timer, replace,"
        + " /etc/systemd/system/fleet-installer-guard@agent.timer",
    "point prepared link of unit, point,"
        + " /etc/systemd/system/multi-user.target.wants/.agent.service.guard-agent",
    "create elsewhere, create, /etc/agent"
  })
  void an_effect_is_named_by_what_is_done_and_where(String name, String operation, Path path) {
    assertThat(names.of(operation, path)).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource({
    "/opt/datadog-packages/agent/.staging/1.5.0-01, /opt/datadog-packages/agent/1.5.0-01,"
        + " move staged to slot",
    "/var/lib/fleet-installer/armed/agent, /var/lib/fleet-installer/fired/agent.failed,"
        + " move armed to fired"
  })
  void a_move_is_named_by_both_its_ends(Path from, Path to, String name) {
    assertThat(names.of("move", from, to)).isEqualTo(name);
  }
}

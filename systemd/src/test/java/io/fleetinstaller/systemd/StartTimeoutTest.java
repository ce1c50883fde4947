package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.ServiceState;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StartTimeoutTest {
  private static final Map<String, String> KILLED_BY_SYSTEMD =
      Map.of(
          "ActiveState", "failed",
          "Result", "timeout",
          "ExecMainCode", "2",
          "ExecMainStatus", "15",
          "ExecMainStartTimestampMonotonic", "5000000");

  @Test
  void a_start_that_systemd_gave_up_is_told_from_an_exit() throws Exception {
    ServiceState state = state("4000000");

    assertThat(state.lastExit()).contains(ServiceState.START_TIMEOUT);
  }

  @Test
  void a_stop_that_systemd_gave_up_is_an_exit() throws Exception {
    ServiceState state = state("5000001");

    assertThat(state.lastExit()).contains("signal TERM");
  }

  private static ServiceState state(String activeEnter) throws Exception {
    Map<String, String> values = new HashMap<>(KILLED_BY_SYSTEMD);
    values.put("ActiveEnterTimestampMonotonic", activeEnter);
    return new UnitState("agent.service", values).service(_ -> Optional.empty());
  }
}

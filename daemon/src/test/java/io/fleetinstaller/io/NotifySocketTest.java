package io.fleetinstaller.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.release.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What systemd tells a service of its watchdog; that it hears us is seen in a booted guest. */
class NotifySocketTest {
  @TempDir Path folder;

  @Test
  void the_watchdogs_patience_stands_in_the_environment() {
    String own = Long.toString(ProcessHandle.current().pid());

    assertThat(NotifySocket.patience(Map.of("WATCHDOG_USEC", "20000000", "WATCHDOG_PID", own)))
        .contains(Duration.ofSeconds(20));
    assertThat(NotifySocket.patience(Map.of("WATCHDOG_USEC", "500000")))
        .contains(Duration.ofMillis(500));
  }

  @Test
  void the_watchdog_of_another_process_is_none_of_ours() {
    assertThat(NotifySocket.patience(Map.of("WATCHDOG_USEC", "20000000", "WATCHDOG_PID", "1")))
        .isEmpty();
    assertThat(NotifySocket.patience(Map.of())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-5", "soon", "99999999999999999999"})
  void patience_that_is_no_time_is_none(String micros) {
    assertThat(NotifySocket.patience(Map.of("WATCHDOG_USEC", micros))).isEmpty();
  }

  @Test
  void a_sign_of_life_that_nobody_hears_is_told() {
    NotifySocket nobody = new NotifySocket(folder.resolve("none").toString());

    assertThatThrownBy(nobody::alive)
        .isInstanceOf(Fault.Transient.class)
        .hasMessageContaining("nobody listens");
  }
}

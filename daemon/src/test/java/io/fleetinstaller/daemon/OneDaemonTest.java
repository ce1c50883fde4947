package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.Flock;
import io.fleetinstaller.release.Fault;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Daemons with state of their own do not look after the same copies. */
@EnabledOnOs(OS.LINUX)
final class OneDaemonTest {
  @TempDir Path packages;

  @Tag("F03")
  @Test
  void a_second_daemon_of_the_same_copies_does_not_start_while_the_first_runs() throws Exception {
    try (Flock first = Assembly.lockCopies(packages)) {
      assertThatThrownBy(() -> Assembly.lockCopies(packages))
          .as("beside %s", first)
          .isInstanceOf(Fault.Broken.class)
          .hasMessageContaining("another daemon, with other state, looks after " + packages);
    }

    assertThatCode(() -> Assembly.lockCopies(packages).close()).doesNotThrowAnyException();
  }

  @Test
  void where_there_is_nothing_to_lock_it_starts_all_the_same() {
    assertThatCode(() -> Assembly.lockCopies(packages.resolve("gone")).close())
        .doesNotThrowAnyException();
  }
}

package io.fleetinstaller.systemd;

import static io.fleetinstaller.systemd.GuardedHost.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who ends while the guard looks at how another one ended: systemd begins no second look then. */
@Tag("F08")
final class GuardMissedTest {
  private static final String DOWN = "ActiveState=failed Job=0 Result=signal";
  private static final String UP = "ActiveState=active Job=0 Result=success";
  private static final String LOOK = "start --no-block fleet-installer-ended@agent.service";

  @TempDir Path root;

  @Test
  void a_look_that_finds_nobody_down_says_so_and_leaves_all_as_it_is() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.unitIs(UP);

    assertThat(host.run("ended", "agent")).isEqualTo(NOBODY);

    assertThat(host.armed()).isTrue();
    assertThat(host.runs(host.next)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    DOWN + ", OBSERVE, 3, true",
    UP + ", OBSERVE, 3, false",
    DOWN + ", OBSERVE, 0, false",
    DOWN + ", OBSERVE, 1, false",
    DOWN + ", SWITCH, 3, false"
  })
  void behind_such_a_look_it_looks_again_where_somebody_is(
      String unit, String step, String status, boolean again) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(GuardedHost.steps("begun " + step));
    host.unitIs(unit);

    assertThat(host.run(Map.of("EXIT_STATUS", status), "missed", "agent")).isZero();

    assertThat(host.calls().contains(LOOK)).isEqualTo(again);
    assertThat(host.armed()).isTrue();
  }

  @Test
  void where_nobody_can_tell_it_is_run_again() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.unitIs("ActiveState=");

    assertThat(host.run(Map.of("EXIT_STATUS", "3"), "missed", "agent")).isEqualTo(1);
  }

  @Test
  void the_daemon_itself_is_looked_at_before_its_switch_too() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Path _ = host.own();
    host.tell(GuardedHost.steps("begun SWITCH"));
    host.unitIs(DOWN);

    assertThat(host.run(Map.of("EXIT_STATUS", "3"), "missed", "fleet-installer")).isZero();

    assertThat(host.calls()).contains(LOOK.replace("agent", "fleet-installer"));
  }

  @Test
  void it_does_not_once_nothing_is_armed() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Files.delete(root.resolve("state/armed/agent"));
    Files.delete(host.token("open"));
    host.unitIs(DOWN);

    assertThat(host.run(Map.of("EXIT_STATUS", "3"), "missed", "agent")).isZero();

    assertThat(host.calls()).doesNotContain(LOOK);
  }
}

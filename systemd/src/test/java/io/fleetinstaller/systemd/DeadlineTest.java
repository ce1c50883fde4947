package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.Uptime;
import io.fleetinstaller.release.PackageName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The deadline of a trial, as systemd is told. */
final class DeadlineTest {
  private static final PackageName AGENT = new PackageName("agent");
  private static final String BEGAN = "UserspaceTimestampMonotonic=2500000";
  private static final Duration UP = Duration.ofSeconds(100);
  private static final Duration LEFT = Duration.ofSeconds(30);

  @TempDir Path root;
  private final ScriptedPrograms systemd = new ScriptedPrograms();
  private Path timer;
  private Path moment;
  private Deadline deadline;

  @BeforeEach
  void none_is_set() throws Exception {
    Path units = Files.createDirectories(root.resolve("etc"));
    timer = units.resolve("fleet-installer-guard@agent.timer");
    moment = root.resolve("run/fleet-installer-guard@agent.timer.d/moment.conf");
    deadline =
        new Deadline(
            new Deadline.Places(units, root.resolve("run")),
            new DurableDisk(),
            new Systemctl(systemd),
            () -> UP);
  }

  @Test
  void it_counts_from_the_timers_start_and_stands_as_a_moment_that_no_reload_moves()
      throws Exception {
    set(BEGAN);

    assertThat(timer).content().contains("OnActiveSec=30s\n", "Before=one.service two.service\n");
    assertThat(moment).content().isEqualTo("[Timer]\nOnStartupSec=128s\n");
    assertThat(deadline.services(AGENT)).isEqualTo("one.service two.service");
  }

  @Test
  void a_moment_of_before_never_outlives_a_new_deadline() throws Exception {
    set(BEGAN);

    set("");

    assertThat(moment.getParent()).doesNotExist();
    assertThat(timer).exists();
  }

  @Test
  void that_of_the_daemon_itself_has_none() throws Exception {
    systemd
        .expect("systemctl daemon-reload")
        .expect("systemctl restart --no-block fleet-installer-guard@fleet-installer.timer");

    deadline.set(PackageName.INSTALLER, LEFT, "fleet-installer.service");

    assertThat(root.resolve("run")).doesNotExist();
    systemd.assertDone();
  }

  @Test
  void where_the_moment_cannot_be_written_the_timer_still_counts() throws Exception {
    Files.createFile(root.resolve("run"));

    set(BEGAN);

    assertThat(timer).exists();
  }

  @Test
  void nothing_is_left_of_it() throws Exception {
    set(BEGAN);
    systemd.expect("systemctl stop --no-block fleet-installer-guard@agent.timer");

    deadline.remove(AGENT);

    assertThat(timer).doesNotExist();
    assertThat(moment.getParent()).doesNotExist();
    assertThat(deadline.isSet(AGENT)).isFalse();
    systemd.assertDone();
  }

  @Test
  void a_machine_runs_for_longer_the_later_it_is() {
    Duration before = Uptime.now();

    assertThat(before).isPositive();
    assertThat(Uptime.now()).isGreaterThanOrEqualTo(before);
  }

  private void set(String began) throws Exception {
    systemd
        .expect("systemctl daemon-reload")
        .expect("systemctl restart --no-block fleet-installer-guard@agent.timer")
        .expect("systemctl show --property=UserspaceTimestampMonotonic", began);
    deadline.set(AGENT, LEFT, "one.service two.service");
    systemd.assertDone();
  }
}

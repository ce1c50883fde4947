package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.fleetinstaller.host.ArmedRecords;
import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SystemdGuardTest {
  private static final PackageName AGENT = new PackageName("agent");
  private static final String DAEMON = "fleet-installer.service";

  private final ScriptedPrograms programs = new ScriptedPrograms();
  private final Path state =
      Jimfs.newFileSystem(Configuration.unix()).getPath("/var/lib/fleet-installer");
  private SystemdGuard guard;

  @BeforeEach
  void open() throws Exception {
    Files.createDirectories(state);
    HostContext context =
        new HostContext(state.resolve("packages"), state, new DurableDisk(), new FakeTime());
    guard = new SystemdGuard(new ArmedRecords(context), new Systemctl(programs), 42);
  }

  @Test
  void a_daemon_that_systemd_starts_again_may_arm() throws Exception {
    programs.show(DAEMON, "MainPID=42", "UnitFileState=enabled", "Restart=always");

    guard.arm("0001", AGENT, Optional.empty(), Optional.empty());

    assertThat(Files.readString(state.resolve("armed/agent")))
        .isEqualTo("id=0001\nfrom=\nto=\narmed-at=2026-01-02T03:04:05Z\n");
  }

  @Test
  void a_daemon_that_no_boot_would_start_is_refused() {
    programs.show(DAEMON, "MainPID=42", "UnitFileState=disabled", "Restart=always");

    assertThatThrownBy(() -> guard.arm("0001", AGENT, Optional.empty(), Optional.empty()))
        .isInstanceOf(Fault.Refused.class)
        .hasMessage(
            "cannot arm the guard of agent: nobody would start fleet-installer.service again after"
                + " a reboot, because it is 'disabled'; run systemctl enable"
                + " fleet-installer.service");
    assertThat(state.resolve("armed/agent")).doesNotExist();
  }

  @Test
  void a_daemon_that_nobody_starts_after_a_crash_is_refused() {
    programs.show(DAEMON, "MainPID=42", "UnitFileState=enabled", "Restart=no");

    assertThatThrownBy(() -> guard.arm("0001", AGENT, Optional.empty(), Optional.empty()))
        .isInstanceOf(Fault.Refused.class)
        .hasMessageContaining("after a crash, because its Restart= is 'no'; set Restart=always");
  }

  @Test
  void a_daemon_that_was_started_by_hand_may_arm() throws Exception {
    programs.show(DAEMON, "MainPID=0", "UnitFileState=", "Restart=no");

    guard.arm("0001", AGENT, Optional.empty(), Optional.empty());

    assertThat(guard.armed(AGENT)).isPresent();
  }

  @Test
  void a_record_that_cannot_be_read_is_not_taken_for_none() throws Exception {
    Files.createDirectories(state.resolve("armed"));
    Files.writeString(state.resolve("armed/agent"), "id=0001\nfrom=1.0-0123456789ab\n");

    assertThatThrownBy(() -> guard.armed(AGENT))
        .isInstanceOf(Fault.Broken.class)
        .hasMessageContaining("its armed-at is not a time");
  }
}

package io.fleetinstaller.systemd;

import io.fleetinstaller.host.Armed;
import io.fleetinstaller.host.Guard;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon as its own guard: when it or the machine dies, systemd starts it again and it goes on
 * with its journal. So arming refuses where systemd would not start it again.
 */
final class SystemdGuard implements Guard {
  private static final Logger LOG = LoggerFactory.getLogger(SystemdGuard.class);
  private static final String DAEMON = "fleet-installer.service";
  private static final Set<String> RESTARTS = Set.of("always", "on-failure");

  private final Guard records;
  private final Systemctl systemctl;
  private final long pid;

  SystemdGuard(Guard records, Systemctl systemctl, long pid) {
    this.records = records;
    this.systemctl = systemctl;
    this.pid = pid;
  }

  @Override
  public void arm(String upgradeId, PackageName name, Optional<Slot> from, Optional<Slot> to)
      throws Fault, InterruptedException {
    UnitState daemon = UnitState.of(systemctl, DAEMON);
    if (daemon.number("MainPID") != pid) {
      LOG.warn(
          "this daemon is not run by {}: if it dies, {} stays as it is until somebody starts it",
          DAEMON,
          name);
    } else {
      String state = daemon.value("UnitFileState");
      String enable = "it is '%s'; run systemctl enable %s".formatted(state, DAEMON);
      require(name, state.equals("enabled"), "after a reboot", enable);
      String policy = daemon.value("Restart");
      String always = "its Restart= is '%s'; set Restart=always".formatted(policy);
      require(name, RESTARTS.contains(policy), "after a crash", always);
    }
    records.arm(upgradeId, name, from, to);
  }

  @Override
  public void disarm(PackageName name) throws Fault, InterruptedException {
    records.disarm(name);
  }

  @Override
  public Optional<Armed> armed(PackageName name) throws Fault {
    return records.armed(name);
  }

  private static void require(PackageName name, boolean holds, String when, String why)
      throws Fault {
    if (!holds) {
      throw new Fault.Refused(
          ReasonCode.BAD_SETTINGS,
          "cannot arm the guard of %s: nobody would start %s again %s, because %s"
              .formatted(name, DAEMON, when, why));
    }
  }
}

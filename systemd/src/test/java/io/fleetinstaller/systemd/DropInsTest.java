package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.release.PackageName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DropInsTest {
  @TempDir Path units;

  @Test
  void a_new_daemon_that_never_comes_up_is_killed_and_not_asked() throws Exception {
    DropIns dropIns = new DropIns(units, new DurableDisk());

    List<Path> written = dropIns.trial(PackageName.INSTALLER, List.of("fleet-installer.service"));

    // Its unit lets a daemon that is told to end take 75 s: more than the way back may last.
    assertThat(Files.readAllLines(written.getFirst()))
        .containsSubsequence("[Service]", "TimeoutStartSec=12s", "TimeoutStartFailureMode=kill");
  }

  @Test
  void one_that_does_not_end_when_it_is_told_to_is_killed_soon_whatever_the_systemd()
      throws Exception {
    DropIns dropIns = new DropIns(units, new DurableDisk());

    List<Path> written = dropIns.trial(PackageName.INSTALLER, List.of("fleet-installer.service"));

    assertThat(Files.readAllLines(written.getFirst())).contains("TimeoutStopSec=3s");
  }

  @Test
  void how_long_an_agent_may_take_is_left_to_its_own_unit() throws Exception {
    DropIns dropIns = new DropIns(units, new DurableDisk());

    List<Path> written = dropIns.trial(new PackageName("agent"), List.of("agent.service"));

    assertThat(Files.readString(written.getFirst()))
        .contains("Restart=no")
        .doesNotContain("Timeout");
  }
}

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
  private static final List<String> OWN = List.of("fleet-installer.service");

  @TempDir Path units;

  @Test
  void a_new_daemon_that_never_comes_up_is_killed_and_not_asked() throws Exception {
    DropIns dropIns = new DropIns(units, new DurableDisk());

    dropIns.trial(PackageName.INSTALLER, OWN);

    // Its unit lets a daemon that is told to end take 75 s: more than the way back may last.
    assertThat(Files.readAllLines(dropIns.ofTrial(OWN).getFirst()))
        .containsSubsequence("[Service]", "TimeoutStartSec=12s", "TimeoutStartFailureMode=kill");
  }

  @Test
  void one_that_does_not_end_when_it_is_told_to_is_killed_soon_whatever_the_systemd()
      throws Exception {
    DropIns dropIns = new DropIns(units, new DurableDisk());

    dropIns.trial(PackageName.INSTALLER, OWN);

    assertThat(Files.readAllLines(dropIns.ofTrial(OWN).getFirst())).contains("TimeoutStopSec=3s");
  }

  @Test
  void how_long_an_agent_may_take_is_left_to_its_own_unit() throws Exception {
    DropIns dropIns = new DropIns(units, new DurableDisk());

    dropIns.trial(new PackageName("agent"), List.of("agent.service"));

    assertThat(Files.readString(dropIns.ofTrial(List.of("agent.service")).getFirst()))
        .contains("Restart=no")
        .doesNotContain("Timeout");
  }

  @Test
  void what_a_person_added_does_not_have_the_last_word_on_trial() {
    List<Path> written = new DropIns(units, new DurableDisk()).ofTrial(OWN);

    assertThat(written.getFirst().getFileName().toString()).isGreaterThan("override.conf");
  }
}

package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Guard;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Slots;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guard took a first install back while no daemon ran: there is no copy to go back to. */
@Tag("F04")
class FirstInstallTakenBackTest {
  @TempDir Path folder;
  private Stage stage;
  private Path journal;
  private Path current;

  @BeforeEach
  void a_first_install_that_the_guard_took_back() throws Exception {
    stage = new Stage(folder);
    Release one = stage.release("1");
    stage.desire(one);
    stage.start().poll();
    stage.close();
    journal = folder.resolve("state/journals/agent/00000001.journal");
    Slot slot = slot(one);
    current = slot.current();
    stage
        .host
        .guard()
        .arm(
            new Guard.Charge(
                "00000001", Stage.AGENT, journal, Optional.empty(), Optional.of(slot)));
    stage.host.fire(Stage.AGENT);
    Files.delete(current);
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  void the_link_that_it_took_away_is_not_taken_for_lost() throws Exception {
    List<String> lines =
        Files.readAllLines(journal).stream()
            .takeWhile(line -> !line.contains("\"done\":\"OBSERVE\""))
            .toList();
    assertThat(lines).anyMatch(line -> line.contains("\"begun\":\"OBSERVE\""));
    Files.write(journal, lines);

    stage.start().poll();

    assertThat(stage.problems()).doesNotContain("was lost");
    assertThatItIsTakenBack();
  }

  @Test
  void not_even_where_no_journal_tells_of_it() throws Exception {
    Files.delete(journal);

    stage.start().poll();

    assertThat(stage.problems()).doesNotContain("was lost");
    assertThatItIsTakenBack();
  }

  private void assertThatItIsTakenBack() throws Exception {
    assertThat(Files.exists(current, LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(stage.explain().object("last").text("end")).isEqualTo("reverted");
    assertThat(stage.explain().object("last").object("reason").text("code"))
        .isEqualTo("guard-fired");
  }

  private Slot slot(Release release) {
    Doors doors = new Doors(new DurableDisk(), new FileScratch(), DescriptorFormat::read);
    return new Slots(folder.resolve("packages"), doors, 0)
        .whole(Stage.AGENT, release.digest())
        .orElseThrow();
  }
}

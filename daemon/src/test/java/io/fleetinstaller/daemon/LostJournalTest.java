package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Guard;
import io.fleetinstaller.host.Life;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.Effects;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Interposed;
import io.fleetinstaller.slots.Slots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal of an upgrade is lost while its candidate is on trial. */
@Tag("F04")
@Tag("F06")
class LostJournalTest {
  @TempDir Path folder;
  private Stage stage;
  private Release one;
  private Release two;

  @BeforeEach
  void a_candidate_on_trial_whose_journal_is_lost() throws Exception {
    stage = new Stage(folder);
    one = stage.release("1");
    two = stage.release("2");
    stage.desire(one);
    stage.start().poll();
    stage.desire(two);
    stage.poll();
    stage.close();
    // As it was before CONFIRM: guarded, and without a previous of its own.
    Path journal = folder.resolve("state/journals/agent/00000002.journal");
    stage
        .host
        .guard()
        .arm(
            new Guard.Charge(
                "00000002", Stage.AGENT, journal, Optional.of(slot(one)), Optional.of(slot(two))));
    Files.delete(folder.resolve("packages/agent/previous"));
    Files.writeString(journal, "no journal");
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  void a_candidate_that_is_well_is_confirmed_and_not_restarted() throws Exception {
    int before = stage.host.deeds.size();

    stage.start().poll();

    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.explain().object("last").text("end")).isEqualTo("upgraded");
    assertThat(stage.explain().object("previous").text("version")).isEqualTo("1");
    assertThat(List.copyOf(stage.host.deeds).subList(before, stage.host.deeds.size()))
        .noneMatch(deed -> deed.matches("(restart|install|uninstall).*"));
    assertThat(stage.problems()).contains("00000002.journal.corrupt");
  }

  @Test
  void a_candidate_that_is_not_well_is_taken_back() throws Exception {
    stage.host.life(two, Life.GOOD.exits(Duration.ofSeconds(2), "status 1"));

    stage.start().poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(stage.explain().object("last").text("end")).isEqualTo("reverted");
    assertThat(stage.host.state(Stage.AGENT, "agent.service").executable().orElseThrow())
        .startsWithRaw(slot(one).path());
  }

  @Test
  void on_a_disk_that_takes_no_journal_the_guard_stays_armed_until_the_next_start()
      throws Exception {
    Effects real = Effects.real();
    stage.effects =
        new Effects(
            Interposed.in(
                Disk.class,
                real.disk(),
                "replace",
                call -> {
                  if (call.words().getFirst().toString().endsWith("00000002.journal")) {
                    throw new IOException("No space left on device");
                  }
                  return call.run();
                }),
            real.scratch(),
            real.programs());
    stage.start().poll();
    boolean armed = stage.host.guard().armed(Stage.AGENT).isPresent();
    stage.close();
    stage.effects = real;

    stage.start().poll();

    assertThat(armed).isTrue();
    assertThat(stage.explain().object("last").text("end")).isEqualTo("upgraded");
    assertThat(stage.host.guard().armed(Stage.AGENT)).isEmpty();
  }

  @Test
  void without_a_way_back_the_candidate_stays() throws Exception {
    Damage.DELETED.happenTo(slot(one).path());

    stage.start().poll();

    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.host.state(Stage.AGENT, "agent.service").executable().orElseThrow())
        .startsWithRaw(slot(two).path());
  }

  @Test
  void when_the_record_of_the_guard_is_lost_too_the_candidate_stays() throws Exception {
    stage.host.guard().disarm(Stage.AGENT);

    stage.start().poll();

    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.problems()).contains("no journal of agent tells how");
  }

  @Test
  void that_journals_are_lost_is_told_though_an_upgrade_follows_at_once() throws Exception {
    stage.host.guard().disarm(Stage.AGENT);
    Damage.DELETED.happenTo(folder.resolve("state"));
    stage.desire(stage.release("3"));

    stage.start().poll();

    assertThat(stage.current()).isEqualTo("3");
    assertThat(stage.problems()).containsOnlyOnce("no journal of agent tells how agent 2");
  }

  @Test
  void when_everything_is_forgotten_the_copy_before_stays_too() throws Exception {
    stage.host.guard().disarm(Stage.AGENT);
    Damage.DELETED.happenTo(folder.resolve("state"));

    stage.start().poll();

    assertThat(stage.current()).isEqualTo("2");
    assertThat(slot(one).path()).isDirectory();
  }

  @Test
  void what_the_guard_took_back_is_told_and_not_tried_again_at_once() throws Exception {
    the_guard_goes_back();

    stage.start().poll();
    stage.poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(stage.explain().object("last").text("end")).isEqualTo("reverted");
    assertThat(stage.explain().object("last").object("reason").text("code"))
        .isEqualTo("guard-fired");
    assertThat(stage.explain().object("outlook").object("reason").text("code"))
        .isEqualTo("backoff");
  }

  @Test
  void the_mark_of_the_guard_stays_while_the_journal_cannot_be_read() throws Exception {
    the_guard_goes_back();
    stage.desire(one);
    Path journal = folder.resolve("state/journals/agent/00000002.journal");
    Files.copy(
        folder.resolve("state/journals/agent/00000001.journal"),
        journal,
        StandardCopyOption.REPLACE_EXISTING);
    Damage.NEWER_FORMAT.happenTo(journal);

    stage.start().poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(stage.host.guard().fired(Stage.AGENT)).isPresent();
  }

  private void the_guard_goes_back() throws Exception {
    stage.host.fire(Stage.AGENT);
    Path current = slot(one).current();
    Files.delete(current);
    Files.createSymbolicLink(current, slot(one).path().getFileName());
    stage.host.restart(slot(one));
  }

  private Slot slot(Release release) {
    Doors doors = new Doors(new DurableDisk(), new FileScratch(), DescriptorFormat::read);
    return new Slots(folder.resolve("packages"), doors, 0)
        .whole(Stage.AGENT, release.digest())
        .orElseThrow();
  }
}

package io.fleetinstaller.upgrade;

import static io.fleetinstaller.upgrade.Samples.AGENT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.slots.Interposed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalsTest {
  private static final Reason REASON = new Reason(ReasonCode.DNS_FAILED, "no network");
  private static final Outcome GIVEN_UP = new Outcome.GivenUp(REASON, Failure.Kind.TRANSIENT);
  private static final Outcome REVERTED = new Outcome.Reverted(REASON);

  private final FakeTime time = new FakeTime();
  private final MemoryDisk disk = new MemoryDisk();
  private final Path directory = Jimfs.newFileSystem(Configuration.unix()).getPath("/journals");
  private final Journals journals = new Journals(directory, disk, time);

  @Test
  void upgrades_are_numbered_in_the_order_of_beginning_whatever_the_clock() throws Exception {
    String first = end(journals.begin(Samples.move()), REVERTED);
    time.jump(Samples.NOW.minus(Duration.ofDays(3000)));
    String second = end(new Journals(directory, disk, time).begin(Samples.move()), REVERTED);

    assertThat(List.of(first, second)).containsExactly("00000001", "00000002");
    assertThat(journals.history(AGENT).last().orElseThrow().upgrade().id()).isEqualTo(second);
  }

  @Tag("F37")
  @Test
  void no_second_upgrade_of_a_package_begins_before_the_first_has_ended() throws Exception {
    journals.begin(Samples.move());

    assertThatThrownBy(() -> journals.begin(Samples.move()))
        .isInstanceOf(Fault.Transient.class)
        .hasMessageContaining("upgrade 00000001 has not ended");
  }

  @Test
  void one_whose_beginning_failed_behind_the_last_byte_is_in_nobodys_way() throws Exception {
    Set<String> failing = new HashSet<>(Set.of("replace", "delete"));
    Disk failingOnce =
        Interposed.in(
            Disk.class,
            Interposed.in(Disk.class, disk, "replace", real -> broken(real, "replace", failing)),
            "delete",
            real -> broken(real, "delete", failing));
    Journals here = new Journals(directory, failingOnce, time);

    assertThatThrownBy(() -> here.begin(Samples.move())).hasMessageContaining("I/O error");
    assertThat(here.history(AGENT).open()).as("under way").isEmpty();
    assertThat(here.open()).isEmpty();
    assertThatThrownBy(() -> here.begin(Samples.move())).hasMessageContaining("I/O error");
    failing.clear();

    assertThat(here.begin(Samples.move()).account().upgrade().id()).isEqualTo("00000001");
    assertThat(here.history(AGENT).accounts()).hasSize(1);
  }

  @Test
  void of_one_whose_beginning_failed_nothing_is_left() throws Exception {
    Set<String> failing = new HashSet<>(Set.of("replace"));
    Journals here =
        new Journals(
            directory,
            Interposed.in(Disk.class, disk, "replace", real -> broken(real, "replace", failing)),
            time);

    assertThatThrownBy(() -> here.begin(Samples.move())).hasMessageContaining("I/O error");

    assertThat(here.history(AGENT).accounts()).isEmpty();
  }

  /** It is done, and the disk says that it failed. */
  private static Object broken(Interposed.Call real, String what, Set<String> failing)
      throws Throwable {
    if (!failing.contains(what)) {
      return real.run();
    }
    if (what.equals("replace")) {
      real.run();
    }
    throw new IOException("I/O error");
  }

  @Test
  void the_next_upgrade_waits_until_the_end_of_the_last_is_on_disk() throws Exception {
    Journal journal = journals.begin(Samples.move());
    disk.refuseAppends(true);
    end(journal, REVERTED);

    assertThat(journals.history(AGENT).open()).isEmpty();
    assertThatThrownBy(() -> journals.begin(Samples.move())).isInstanceOf(Fault.Transient.class);
    disk.refuseAppends(false);
    journals.begin(Samples.move());

    assertThat(new Journals(directory, disk, time).history(AGENT).accounts().getFirst().outcome())
        .contains(REVERTED);
  }

  @Test
  void what_has_ended_is_read_again_only_when_its_file_is_another(@TempDir Path real)
      throws Exception {
    Journals onDisk = new Journals(real, new DurableDisk(), time);
    Journal journal = onDisk.begin(Samples.move());
    journal.note(new Line.Ended(time.now(), REVERTED));
    onDisk.finish(journal);
    Account first = onDisk.history(AGENT).last().orElseThrow();

    Account same = onDisk.history(AGENT).last().orElseThrow();
    Path file = onDisk.file(journal.account().upgrade());
    Files.setLastModifiedTime(file, FileTime.fromMillis(1));
    Account another = onDisk.history(AGENT).last().orElseThrow();

    assertThat(same).isSameAs(first);
    assertThat(another).isEqualTo(first).isNotSameAs(first);
  }

  @Tag("F15")
  @Test
  void the_last_twenty_are_kept_and_every_older_one_that_is_still_remembered() throws Exception {
    end(journals.begin(Samples.move()), new Outcome.Upgraded());
    end(journals.begin(Samples.move()), REVERTED);
    end(journals.begin(Samples.move()), new Outcome.Stuck(REASON));
    for (int i = 0; i < 25; i++) {
      end(journals.begin(Samples.move()), new Outcome.Upgraded());
    }
    List<String> kept = ids();

    time.pass(Duration.ofDays(61));
    end(journals.begin(Samples.move()), new Outcome.Upgraded());

    assertThat(kept).hasSize(22).startsWith("00000002", "00000003").endsWith("00000028");
    assertThat(ids()).hasSize(21).startsWith("00000003");
  }

  @Test
  void equal_attempts_that_were_given_up_in_a_row_share_one_journal() throws Exception {
    for (int i = 0; i < 50; i++) {
      end(journals.begin(Samples.move()), GIVEN_UP);
      time.pass(Duration.ofHours(1));
    }

    Account only = journals.history(AGENT).last().orElseThrow();

    assertThat(journals.history(AGENT).accounts()).hasSize(1);
    assertThat(only.attempt()).isEqualTo(50);
    assertThat(only.since()).isEqualTo(Samples.NOW);
  }

  @Test
  void another_reason_or_another_route_has_a_journal_of_its_own() throws Exception {
    end(journals.begin(Samples.move()), GIVEN_UP);
    Reason other = new Reason(ReasonCode.TLS_FAILED, "no trust");
    end(journals.begin(Samples.move()), new Outcome.GivenUp(other, Failure.Kind.TRANSIENT));
    Move removal = new Move(AGENT, Optional.of(Samples.OLD), Optional.empty(), Samples.FILE);
    end(journals.begin(removal), GIVEN_UP);

    assertThat(journals.history(AGENT).accounts())
        .extracting(Account::attempt)
        .containsExactly(1, 2, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "garbage\n", "00000000 {}\n"})
  void a_damaged_journal_is_set_aside_and_never_stops_the_start(String content) throws Exception {
    Files.createDirectories(directory.resolve("agent"));
    Files.write(directory.resolve("agent/00000007.journal"), content.getBytes(UTF_8));

    List<Journal> open = journals.open();

    assertThat(open).isEmpty();
    assertThat(directory.resolve("agent/00000007.journal.corrupt")).exists();
    assertThat(journals.begin(Samples.move()).account().upgrade().id()).isEqualTo("00000008");
  }

  @Test
  void few_damaged_journals_are_kept() throws Exception {
    Files.createDirectories(directory.resolve("agent"));
    for (int i = 1; i < 9; i++) {
      Files.write(directory.resolve("agent/0000000%d.journal".formatted(i)), new byte[0]);
    }

    journals.open();

    try (Stream<Path> left = Files.list(directory.resolve("agent"))) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "00000006.journal.corrupt", "00000007.journal.corrupt", "00000008.journal.corrupt");
    }
  }

  @Test
  void a_journal_of_a_newer_format_is_left_alone_and_reported() throws Exception {
    Files.createDirectories(directory.resolve("agent"));
    Path newer = directory.resolve("agent/00000001.journal");
    byte[] bytes = JournalFormat.frame("{\"format\":9}".getBytes(UTF_8));
    Files.write(newer, bytes);

    List<Journal> open = journals.open();

    assertThat(open).isEmpty();
    assertThat(journals.problems().getFirst().sentence()).contains("format 9 is newer than ours");
    assertThat(newer).hasBinaryContent(bytes);
  }

  @Test
  void only_the_newest_journal_of_a_package_can_be_open() throws Exception {
    end(journals.begin(Samples.move()), REVERTED);
    end(journals.begin(Samples.move()), new Outcome.Upgraded());
    Path oldest = directory.resolve("agent/00000001.journal");
    byte[] bytes = Files.readAllBytes(oldest);
    bytes[bytes.length - 5] ^= 1;
    Files.write(oldest, bytes);

    assertThat(new Journals(directory, disk, time).open()).isEmpty();
  }

  @Test
  void a_foreign_folder_or_file_is_nothing_to_us() throws Exception {
    Files.createDirectories(directory.resolve("Not A Package"));
    Files.createDirectories(directory.resolve("agent"));
    Files.write(directory.resolve("agent/notes.txt"), new byte[] {1});
    Files.write(directory.resolve("stray"), new byte[] {1});

    assertThat(journals.open()).isEmpty();
    assertThat(journals.problems()).isEmpty();
  }

  @Test
  void on_the_real_disk_it_is_read_as_it_was_written(@TempDir Path real) throws Exception {
    Journals here = new Journals(real.resolve("journals"), new DurableDisk(), time);
    Journal journal = here.begin(Samples.move());
    journal.reserve();
    journal.append(new Line.Begun(Samples.NOW, Step.ARM, "boot-1"));
    Account before =
        new Journals(real.resolve("journals"), new DurableDisk(), time)
            .history(AGENT)
            .last()
            .orElseThrow();
    end(journal, REVERTED);

    assertThat(before.lines()).containsExactly(new Line.Begun(Samples.NOW, Step.ARM, "boot-1"));
    assertThat(Files.size(real.resolve("journals/agent/00000001.journal"))).isLessThan(4096);
    assertThat(here.history(AGENT).last().orElseThrow().outcome()).contains(REVERTED);
  }

  private String end(Journal journal, Outcome outcome) {
    journal.note(new Line.Ended(time.now(), outcome));
    journals.finish(journal);
    return journal.account().upgrade().id();
  }

  private List<String> ids() throws IOException {
    return journals.history(AGENT).accounts().stream().map(a -> a.upgrade().id()).toList();
  }
}

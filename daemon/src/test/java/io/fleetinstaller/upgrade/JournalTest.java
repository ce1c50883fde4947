package io.fleetinstaller.upgrade;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.upgrade.JournalFormat.Bad;
import io.fleetinstaller.upgrade.JournalFormat.Good;
import io.fleetinstaller.upgrade.JournalFormat.Newer;
import io.fleetinstaller.upgrade.JournalFormat.Unread;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class JournalTest {
  private static final Reason REASON =
      new Reason(
          ReasonCode.EXITED, "the service exited; see its log", List.of("panic: ä", "exit 2"));
  private static final List<Line> LINES =
      List.of(
          new Line.Begun(Samples.NOW, Step.FETCH, "boot-1"),
          new Line.Done(Samples.NOW, Step.FETCH, List.of("from mirror 2")),
          new Line.Begun(Samples.NOW, Step.OBSERVE, "boot-1"),
          new Line.Well(Samples.NOW),
          new Line.Paused(Samples.NOW),
          new Line.Failed(Samples.NOW, Step.OBSERVE, new Failure(Failure.Kind.REFUSED, REASON)),
          new Line.Ended(Samples.NOW, new Outcome.Reverted(REASON)));

  /** Where the header and each line end. */
  private static final List<Integer> ENDS = ends();

  private final FakeTime time = new FakeTime();
  private final Path directory =
      Jimfs.newFileSystem(Configuration.unix()).getPath("/state/journals");
  private final MemoryDisk disk = new MemoryDisk();

  @Test
  void its_bytes_are_these_for_ever() throws IOException {
    byte[] golden;
    try (var in = JournalTest.class.getResourceAsStream("golden.journal")) {
      golden = in.readAllBytes();
    }

    assertThat(new String(bytes(), UTF_8)).isEqualTo(new String(golden, UTF_8));
    assertThat(JournalFormat.read(golden))
        .isEqualTo(new Good(Samples.account(LINES.toArray(Line[]::new)), golden.length));
  }

  @Test
  void how_long_a_release_must_be_well_is_read_as_it_was_written() throws Fault {
    Upgrade plain = Samples.upgrade();
    Upgrade longer =
        new Upgrade(
            plain.id(),
            plain.name(),
            plain.from(),
            plain.to(),
            plain.origin(),
            Duration.ofMinutes(90),
            plain.began());
    Account account = new Account(longer, 1, Samples.NOW, List.of());

    Document first = LineFormat.first(LineFormat.header(account));

    assertThat(LineFormat.version(first)).isEqualTo(1);
    assertThat(LineFormat.header(first)).isEqualTo(account);
  }

  @Test
  void every_outcome_is_read_as_it_was_written() throws Fault {
    for (Outcome outcome :
        List.of(
            new Outcome.Upgraded(),
            new Outcome.Reverted(REASON),
            new Outcome.GivenUp(REASON, Failure.Kind.TRANSIENT),
            new Outcome.Stuck(REASON))) {
      Line line = new Line.Ended(Samples.NOW, outcome);

      assertThat(LineFormat.read(LineFormat.write(line))).isEqualTo(line);
    }
  }

  @Tag("F07")
  @Test
  void cut_at_any_length_it_reads_as_what_was_whole() {
    byte[] whole = bytes();

    for (int length = 0; length < whole.length; length++) {
      assertPrefix(JournalFormat.read(Arrays.copyOf(whole, length)), length);
      byte[] reserved = Arrays.copyOf(Arrays.copyOf(whole, length), length + 64);
      assertPrefix(JournalFormat.read(reserved), length);
    }
  }

  @Tag("F03")
  @Test
  void with_any_byte_flipped_it_reads_as_what_stands_before() {
    byte[] whole = bytes();

    for (int at = 0; at < whole.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = whole.clone();
        flipped[at] ^= (byte) (1 << bit);
        assertPrefix(JournalFormat.read(flipped), at);
      }
    }
  }

  @Test
  void a_newer_format_is_left_alone() {
    byte[] newer = JournalFormat.frame("{\"format\":2,\"shape\":[1]}".getBytes(UTF_8));

    assertThat(JournalFormat.read(newer)).isEqualTo(new Newer(2));
  }

  @Test
  void evidence_is_cut_to_the_newest() throws Fault {
    List<String> flood = IntStream.range(0, 5000).mapToObj("line %d"::formatted).toList();

    byte[] json = LineFormat.write(new Line.Done(Samples.NOW, Step.OBSERVE, flood));

    assertThat(json.length).isLessThan(32 * 1024);
    assertThat(((Line.Done) LineFormat.read(json)).notes()).endsWith("line 4998", "line 4999");
  }

  @Tag("F18")
  @Test
  void what_the_disk_refused_is_written_before_the_next_line() throws Exception {
    Journals journals = new Journals(directory, disk, time);
    Journal journal = journals.begin(Samples.move());
    disk.refuseAppends(true);

    journal.note(LINES.get(0));
    boolean durable = journal.durable();
    disk.refuseAppends(false);
    journal.note(LINES.get(1));

    assertThat(durable).isFalse();
    assertThat(journal.durable()).isTrue();
    assertThat(new Journals(directory, disk, time).history(Samples.AGENT).accounts().getLast())
        .isEqualTo(journal.account());
  }

  @Test
  void a_torn_end_is_cut_before_anything_is_written_behind_it() throws Exception {
    Journal journal = new Journals(directory, disk, time).begin(Samples.move());
    journal.append(LINES.get(0));
    Path file = directory.resolve("agent/00000001.journal");
    byte[] good = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(good, good.length + 30));

    Journal again = new Journals(directory, disk, time).open().getFirst();
    again.append(LINES.get(1));

    assertThat(JournalFormat.read(Files.readAllBytes(file)))
        .isEqualTo(new Good(again.account(), Files.size(file)));
  }

  private static void assertPrefix(JournalFormat.Read read, int damagedAt) {
    switch (read) {
      case Good(Account account, long length, _) -> {
        assertThat(length).isLessThanOrEqualTo(damagedAt);
        assertThat(account.lines()).isEqualTo(LINES.subList(0, account.lines().size()));
        assertThat(length).isEqualTo(lengthOf(account.lines().size()));
      }
      case Bad _ -> assertThat(damagedAt).isLessThan(lengthOf(0));
      case Newer _, Unread _ -> throw new AssertionError("damage makes no new format");
    }
  }

  private static int lengthOf(int lines) {
    return ENDS.get(lines);
  }

  private static byte[] header() {
    return JournalFormat.frame(LineFormat.header(Samples.account()));
  }

  private static List<Integer> ends() {
    List<Integer> ends = new ArrayList<>(List.of(header().length));
    LINES.forEach(
        line -> ends.add(ends.getLast() + JournalFormat.frame(LineFormat.write(line)).length));
    return ends;
  }

  private static byte[] bytes() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(header());
    LINES.forEach(line -> all.writeBytes(JournalFormat.frame(LineFormat.write(line))));
    return all.toByteArray();
  }
}

package io.fleetinstaller.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a real disk, whose numbers and times are what it goes by. */
final class RememberedTest {
  private static final PackageName AGENT = new PackageName("agent");

  @TempDir private Path folder;
  private final AtomicInteger read = new AtomicInteger();
  private byte[] rotten = {};
  private Slots slots;
  private Slot one;
  private Slot two;

  @BeforeEach
  void twoSlots() throws Exception {
    Doors doors = new Doors(new DurableDisk(), new FileScratch(), this::counted);
    slots = new Slots(Files.createDirectories(folder.resolve("packages")), doors, 0);
    one = slots.stage(Parcel.agent("1").delivery());
    two = slots.stage(Parcel.agent("2").delivery());
    assertThat(whole()).containsExactly(one, two);
    read.set(0);
  }

  @Test
  void what_has_not_changed_is_not_read_again() {
    assertThat(whole()).containsExactly(one, two);

    assertThat(read).hasValue(0);
  }

  @Test
  void only_the_slot_that_another_file_vouches_for_is_read_again() throws IOException {
    Files.setLastModifiedTime(note(one, "descriptor.json"), FileTime.fromMillis(1));

    assertThat(whole()).containsExactly(one, two);

    assertThat(read).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"release.json", "descriptor.json", "contents", "valid"})
  void the_same_size_and_time_do_not_hide_another_content(String file) throws IOException {
    Path changed = note(one, file);
    FileTime time = Files.getLastModifiedTime(changed);
    byte[] bytes = Files.readAllBytes(changed);
    bytes[0]++;
    theClockOfTheDiskHasMoved(changed);

    Files.write(changed, bytes);
    Files.setLastModifiedTime(changed, time);

    assertThat(whole()).containsExactly(two);
  }

  /** A disk that loses what it holds says so to whoever reads it, and to nobody else. */
  @Test
  void what_was_found_damaged_by_whoever_acts_on_it_is_damaged_for_whoever_looks()
      throws Exception {
    rotten = Files.readAllBytes(note(one, "descriptor.json"));

    List<Slot> remembered = whole();
    boolean acts = slots.whole(AGENT, one.release().digest()).isPresent();

    assertThat(remembered).containsExactly(one, two);
    assertThat(acts).isFalse();
    assertThat(whole()).containsExactly(two);
  }

  @Test
  void what_was_never_there_makes_nobody_read_again() {
    assertThat(slots.whole(AGENT, Digest.of(new byte[] {1}))).isEmpty();

    assertThat(whole()).containsExactly(one, two);
    assertThat(read).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"release.json", "descriptor.json", "contents", "valid"})
  void without_one_of_the_files_it_is_no_slot(String file) throws IOException {
    Files.delete(note(one, file));

    assertThat(whole()).containsExactly(two);
  }

  @Test
  void a_link_to_what_was_a_whole_slot_is_none() throws IOException {
    Files.move(one.path(), folder.resolve("elsewhere"));
    Files.createSymbolicLink(one.path(), folder.resolve("elsewhere"));

    assertThat(whole()).containsExactly(two);
  }

  @Test
  void what_was_removed_and_staged_again_is_read_again() throws Exception {
    slots.prune(AGENT, Set.of(two.release().digest()));
    assertThat(whole()).containsExactly(two);

    assertThat(slots.stage(Parcel.agent("1").delivery())).isEqualTo(one);
    read.set(0);

    assertThat(whole()).containsExactly(one, two);
    assertThat(read).hasValue(1);
  }

  @Test
  void who_acts_on_a_slot_reads_it() {
    assertThat(slots.whole(AGENT, one.release().digest())).contains(one);

    assertThat(read).hasValue(1);
  }

  private List<Slot> whole() {
    return slots.read(AGENT).whole();
  }

  private static Path note(Slot slot, String name) {
    return slot.path().resolve(".fleet-installer").resolve(name);
  }

  /** The disk tells times by a clock of some milliseconds. */
  private void theClockOfTheDiskHasMoved(Path since) throws IOException {
    Object before = Files.getAttribute(since, "unix:ctime");
    Path probe = folder.resolve("probe");
    do {
      Files.writeString(probe, "now");
    } while (Files.getAttribute(probe, "unix:ctime").equals(before));
  }

  private Descriptor counted(String source, byte[] bytes) throws Refused {
    read.incrementAndGet();
    if (Arrays.equals(bytes, rotten)) {
      throw new Refused(ReasonCode.SLOT_DAMAGED, source + " is rotten");
    }
    return Parcel.read(source, bytes);
  }
}

package io.fleetinstaller.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Needs;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A slot is made once, durably, where there is room, and in nobody else's place. */
@Timeout(120)
final class StagingTest {
  private final Path root = Jimfs.newFileSystem(Configuration.unix()).getPath("/packages");
  private final Slots slots =
      new Slots(root, new Doors(new DurableDisk(), new FileScratch(), Parcel::read), 0);

  @BeforeEach
  void emptyHost() throws IOException {
    Files.createDirectories(root);
  }

  @Test
  void a_slot_is_made_durable_by_one_sync_however_many_files_it_has() throws Exception {
    AtomicInteger syncs = new AtomicInteger();
    Disk disk =
        Interposed.in(
            Disk.class,
            new DurableDisk(),
            "sync",
            real -> {
              syncs.incrementAndGet();
              return real.run();
            });
    Slots counting = new Slots(root, new Doors(disk, new FileScratch(), Parcel::read), 0);
    Parcel many = Parcel.agent("2");
    for (int i = 0; i < 100; i++) {
      many.file("file-" + i, 0644, "content " + i);
    }

    counting.stage(Parcel.agent("1").delivery());
    counting.stage(many.delivery());

    assertThat(syncs).hasValue(2);
  }

  @Tag("F30")
  @Test
  void what_is_whole_is_not_fetched_again() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    Delivery delivery =
        Parcel.agent("1")
            .over(in -> {
              opened.incrementAndGet();
              return in;
            })
            .delivery();

    Slot slot = slots.stage(delivery);
    Slot again = slots.stage(delivery);

    assertThat(again).isEqualTo(slot);
    assertThat(opened).hasValue(1);
  }

  @Tag("F02")
  @Tag("F20")
  @Test
  void an_unmarked_slot_is_made_anew() throws Exception {
    Slot slot = slots.stage(Parcel.agent("1").delivery());
    Files.delete(slot.path().resolve(".fleet-installer/valid"));
    Files.writeString(slot.path().resolve("bin/agent"), "half");

    slots.stage(Parcel.agent("1").delivery());

    assertThat(slots.verify(slot)).isEmpty();
    assertThat(root.resolve("agent/.staging")).doesNotExist();
  }

  @Tag("F21")
  @Test
  void the_damaged_copy_that_current_names_is_left_alone() throws Exception {
    Slot slot = slots.stage(Parcel.agent("1").delivery());
    slots.point(slot);
    Files.delete(slot.path().resolve(".fleet-installer/valid"));

    assertThatThrownBy(() -> slots.stage(Parcel.agent("1").delivery()))
        .isInstanceOfSatisfying(
            Fault.Broken.class,
            fault -> assertThat(fault.reason().code()).isEqualTo(ReasonCode.SLOT_DAMAGED));

    assertThat(slot.path().resolve("bin/agent")).exists();
  }

  @Test
  void a_folder_of_somebody_else_in_our_place_is_left_alone() throws Exception {
    Parcel parcel = Parcel.agent("1");
    Path place = root.resolve("agent").resolve(parcel.release().slotName());
    Files.createDirectories(place.resolve("mine"));

    assertThatThrownBy(() -> slots.stage(parcel.delivery()))
        .isInstanceOfSatisfying(
            Fault.Broken.class,
            fault -> assertThat(fault.reason().code()).isEqualTo(ReasonCode.CONFLICT));

    assertThat(place.resolve("mine")).exists();
  }

  @Tag("F23")
  @Test
  void room_is_counted_before_anything_is_written() throws Exception {
    FaultyDisk disk = FaultyDisk.sound();
    Delivery delivery = Parcel.agent("1").declaring(1 << 20, 10).delivery();
    long free = disk.free(root.getParent()).bytes();
    Slots tight = new Slots(root, disk.doors(), free - (1 << 20));

    Fault.Transient fault =
        catchThrowableOfType(Fault.Transient.class, () -> tight.stage(delivery));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.DISK_FULL);
    assertThat(fault)
        .hasMessageContaining("it needs 1.1 MiB")
        .hasMessageContaining("free at least")
        .hasMessageContaining("must stay free, but /packages has");
    assertThatThrownBy(() -> tight.checkSpace(delivery, 0)).hasMessage(fault.getMessage());
    assertThat(root).isEmptyDirectory();
    slots.checkSpace(delivery, 0);
  }

  @Test
  void room_for_the_data_of_what_runs_is_counted_with_it() throws Exception {
    FaultyDisk disk = FaultyDisk.sound();
    Delivery delivery = Parcel.agent("1").declaring(1 << 20, 10).delivery();
    Slots tight = new Slots(root, disk.doors(), disk.free(root.getParent()).bytes() - (2 << 20));

    tight.checkSpace(delivery, 500 << 10);
    Fault.Transient fault =
        catchThrowableOfType(Fault.Transient.class, () -> tight.checkSpace(delivery, 1 << 20));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.DISK_FULL);
    assertThat(fault).hasMessageContaining("and keep the data of what runs: it needs 2.1 MiB");
    Delivery immutable = Parcel.agent("1").declaring(1 << 20, 10).immutable().delivery();
    assertThatThrownBy(() -> tight.checkSpace(immutable, 1 << 20)).hasMessage(fault.getMessage());
    slots.stage(Parcel.agent("0").immutable().delivery());
    tight.checkSpace(immutable, 1 << 20);
  }

  @Test
  void absurd_sizes_do_not_wrap_around() {
    Delivery delivery = Parcel.agent("1").declaring(Long.MAX_VALUE, Long.MAX_VALUE - 99).delivery();

    for (long data : List.of(0L, 1L, Long.MAX_VALUE)) {
      assertThatThrownBy(() -> slots.checkSpace(delivery, data))
          .isInstanceOf(Fault.Transient.class)
          .hasMessageContaining("free at least");
    }
  }

  @Tag("F24")
  @ParameterizedTest
  @ValueSource(ints = {10, 20, 30, 40, 50, 60, 70, 80, 90, 99})
  void a_real_disk_that_fills_up_is_named_and_left_clean(int percent, @TempDir Path folder)
      throws Exception {
    Needs.root();
    Random luck = new Random(percent);
    Parcel parcel = new Parcel("agent", "1");
    for (int i = 0; i < 40; i++) {
      parcel.file("f" + i, 0644, Integer.toString(luck.nextInt()).repeat(10_000));
    }
    long size = parcel.delivery().descriptor().unpackedSize();
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Needs.the(
        run("mount", "-t", "tmpfs", "-o", "size=" + size * percent / 100, "tmpfs", "" + disk),
        "the right to mount");
    try {
      // Declared as tiny, so that the count beforehand finds room enough.
      Disk real = new DurableDisk();
      Slots full =
          new Slots(
              disk.resolve("packages"), new Doors(real, Interposed.unlimited(), Parcel::read), 0);

      Fault.Transient fault =
          catchThrowableOfType(Fault.Transient.class, () -> full.stage(parcel.delivery()));

      assertThat(fault.reason().code()).isEqualTo(ReasonCode.DISK_FULL);
      assertThat(fault).hasMessageContaining(disk.toString());
      assertThat(disk.resolve("packages")).isEmptyDirectory();
    } finally {
      assertThat(run("umount", disk.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(List.of(command)).inheritIO().start().waitFor() == 0;
  }
}

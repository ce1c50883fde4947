package io.fleetinstaller.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.Faulted;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Needs;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class StagingTest {
  private final Path root = Jimfs.newFileSystem(Configuration.unix()).getPath("/packages");
  private final Slots slots = slots(root, 0);

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

  @ParameterizedTest
  @EnumSource
  void a_connection_that_breaks_anywhere_leaves_nothing(Compression compression) throws Exception {
    Parcel parcel = Parcel.agent("1").packed(compression);
    int size = parcel.packedBytes().length;
    for (int at = 0; at < size; at += 1 + size / 60) {
      int left = at;
      Delivery delivery = parcel.over(in -> new Breaking(in, left)).delivery();

      Fault.Transient fault =
          catchThrowableOfType(Fault.Transient.class, () -> slots.stage(delivery));

      assertThat(fault).as("broken at %d of %d", at, size).isNotNull();
      assertThat(fault.reason().code()).isEqualTo(ReasonCode.TRANSFER_BROKEN);
      assertThat(fault).hasMessageContaining("connection reset");
      assertThat(root).isEmptyDirectory();
    }
  }

  @ParameterizedTest
  @EnumSource
  void wrong_bytes_are_blamed_on_the_mirror_and_never_on_the_package(Compression compression)
      throws Exception {
    Parcel parcel = Parcel.agent("1").packed(compression);
    byte[] right = parcel.packedBytes();
    for (int at = 0; at < right.length; at += 1 + right.length / 60) {
      byte[] wrong = right.clone();
      wrong[at] ^= 0x55;
      Delivery delivery =
          parcel
              .over(_ -> new Verifying(new ByteArrayInputStream(wrong), Digest.of(right)))
              .delivery();

      Fault.Transient fault =
          catchThrowableOfType(Fault.Transient.class, () -> slots.stage(delivery));

      assertThat(fault).as("wrong at %d of %d", at, right.length).isNotNull();
      assertThat(fault.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
      assertThat(root).isEmptyDirectory();
    }
  }

  @Test
  void what_a_host_cannot_make_of_wrong_bytes_is_blamed_on_the_mirror_too() throws Exception {
    Parcel parcel = Parcel.agent("1");
    byte[] bytes = parcel.packedBytes();
    Doors doors =
        new Doors(
            new DurableDisk(),
            Interposed.disk(
                "symlink",
                _ -> {
                  throw new IOException("File name too long");
                }),
            Parcel::read);
    Delivery wrong =
        parcel
            .over(_ -> new Verifying(new ByteArrayInputStream(bytes), Digest.of(new byte[0])))
            .delivery();

    Fault blamed = catchThrowableOfType(Fault.class, () -> new Slots(root, doors, 0).stage(wrong));
    Fault own =
        catchThrowableOfType(
            Fault.class, () -> new Slots(root, doors, 0).stage(Parcel.agent("1").delivery()));

    assertThat(blamed.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(own.reason().code()).isEqualTo(ReasonCode.IO_ERROR);
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD"})
  void bytes_behind_the_archive_are_read_for_their_digest(Compression compression)
      throws Exception {
    Parcel parcel = Parcel.agent("1").packed(compression);
    byte[] right = parcel.packedBytes();
    Delivery delivery =
        parcel
            .over(_ -> new Verifying(new ByteArrayInputStream(right), Digest.of(new byte[0])))
            .delivery();

    Fault.Transient fault =
        catchThrowableOfType(Fault.Transient.class, () -> slots.stage(delivery));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
  }

  @Test
  void a_bomb_is_refused_at_its_header() throws Exception {
    byte[] zeros = new byte[1 << 20];
    Parcel parcel = new Parcel("agent", "1").file("a", 0644, "");
    for (int i = 0; i < 64; i++) {
      parcel.archive(zeros);
    }

    Fault.Refused fault =
        catchThrowableOfType(Fault.Refused.class, () -> slots.stage(parcel.delivery()));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.MALFORMED);
    assertThat(fault).hasMessageContaining("behind the end");
  }

  @Test
  void a_window_over_128_mib_is_refused() throws Exception {
    Delivery just = Parcel.agent("1").over(_ -> emptyArchive(27)).delivery();
    Delivery over = Parcel.agent("2").over(_ -> emptyArchive(28)).delivery();

    Fault.Refused fault = catchThrowableOfType(Fault.Refused.class, () -> slots.stage(over));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.MALFORMED);
    assertThat(slots.verify(slots.stage(just))).isEmpty();
  }

  @Test
  void whoever_interrupts_us_gets_nothing_half_done() {
    Thread us = Thread.currentThread();
    Delivery delivery =
        Parcel.agent("1")
            .packed(Compression.NONE)
            .over(in ->
                new FilterInputStream(in) {
                  @Override
                  public int read(byte[] into, int offset, int length) throws IOException {
                    us.interrupt();
                    return waitForever();
                  }
                })
            .delivery();

    assertThatThrownBy(() -> slots.stage(delivery)).isInstanceOf(InterruptedException.class);

    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void a_bug_in_the_source_is_told_as_one() {
    Delivery delivery =
        Parcel.agent("1")
            .over(in ->
                new FilterInputStream(in) {
                  @Override
                  public int read(byte[] into, int offset, int length) {
                    throw new IllegalStateException("bug");
                  }
                })
            .delivery();

    assertThatThrownBy(() -> slots.stage(delivery))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("bug");

    assertThat(root).isEmptyDirectory();
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

  /** A zstd frame of one plain block, which says that it needs a window of this size. */
  private static InputStream emptyArchive(int windowLog) {
    int plain = 10240;
    byte[] frame = new byte[9 + plain];
    ByteBuffer.wrap(frame)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0xfd2fb528)
        .put((byte) 0)
        .put((byte) ((windowLog - 10) << 3))
        .put((byte) (plain << 3 | 1))
        .put((byte) (plain >> 5))
        .put((byte) (plain >> 13));
    return new ByteArrayInputStream(frame);
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(List.of(command)).inheritIO().start().waitFor() == 0;
  }

  private static int waitForever() throws IOException {
    try {
      new CountDownLatch(1).await();
      return -1;
    } catch (InterruptedException e) {
      throw new IOException("closed", e);
    }
  }

  private static Slots slots(Path root, long reserve) {
    return new Slots(root, new Doors(new DurableDisk(), new FileScratch(), Parcel::read), reserve);
  }

  /** A line that breaks after so many bytes. */
  private static final class Breaking extends FilterInputStream {
    private int left;

    Breaking(InputStream in, int left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left == 0) {
        throw new IOException("connection reset");
      }
      int read = super.read(into, offset, Math.min(length, left));
      left -= read;
      return read;
    }
  }

  /** What the registry does: the digest is checked before the end is told. */
  private static final class Verifying extends FilterInputStream {
    private final java.security.MessageDigest sum = Digest.algorithm();
    private final Digest expected;

    Verifying(InputStream in, Digest expected) {
      super(in);
      this.expected = expected;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = super.read(into, offset, length);
      if (read > 0) {
        sum.update(into, offset, read);
      } else if (!Digest.of(sum).equals(expected)) {
        throw new Faulted(new Fault.Transient(ReasonCode.DIGEST_MISMATCH, "wrong bytes"));
      }
      return read;
    }
  }
}

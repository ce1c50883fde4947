package io.fleetinstaller.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.LoopDisk;
import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.toc.Toc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the file system can, two slots share the bytes that they have in common. */
@Timeout(120)
final class SharingTest {
  private static final int SIZE = (6 << 20) + 7;

  @TempDir Path folder;

  /** A whole file, one in pieces that begin with blocks or not, and one that is moved. */
  @ParameterizedTest
  @CsvSource({
    "xfs, 0, 6291463, true",
    "btrfs, 0, 6291463, true",
    "xfs, 0, 1000001, true",
    "xfs, 0, 1048576, true",
    "xfs, 100, 1048576, false",
    "ext4, 0, 6291463, false"
  })
  void what_is_copied_takes_no_room_and_is_right(String type, int shift, int piece, boolean shared)
      throws Exception {
    try (LoopDisk disk = LoopDisk.make(folder, type)) {
      Path root = Files.createDirectory(disk.mount().resolve("packages"));
      Slots slots =
          new Slots(root, new Doors(new DurableDisk(), new FileScratch(), Parcel::read), 0);
      String content =
          new Random(7)
              .ints(SIZE, 'a', 'z')
              .collect(
                  StringBuilder::new,
                  (text, letter) -> text.append((char) letter),
                  StringBuilder::append)
              .toString();
      Parcel old = new Parcel("agent", "1").file("large", 0644, content);
      Slot first = slots.stage(old.delivery());
      new DurableDisk().sync(root);
      long before = used(root);

      Parcel parcel = new Parcel("agent", "2").file("large", 0644, " ".repeat(shift) + content);
      Slot second = slots.stage(parcel.assembled(new Copying(first, shift, piece)));

      new DurableDisk().sync(root);
      assertThat(used(root) - before < SIZE / 2).isEqualTo(shared);
      assertThat(slots.verify(second)).isEmpty();
      assertThat(slots.verify(first)).isEmpty();
      Files.writeString(second.path().resolve("large"), "changed");
      assertThat(slots.verify(first)).isEmpty();
    }
  }

  /** As the owner of an old file could, whose new one belongs to root. */
  @ParameterizedTest
  @ValueSource(strings = {"xfs", "btrfs"})
  void what_is_hashed_is_what_the_new_slot_holds(String type) throws Exception {
    try (LoopDisk disk = LoopDisk.make(folder, type)) {
      Path root = Files.createDirectory(disk.mount().resolve("packages"));
      String content = "right".repeat(20_000);
      Parcel old = new Parcel("agent", "1").file("large", 0644, content);
      Slot first =
          new Slots(root, new Doors(new DurableDisk(), new FileScratch(), Parcel::read), 0)
              .stage(old.delivery());
      Path large = first.path().resolve("large");
      Interposed.Detour meddling =
          share -> {
            Files.writeString(large, "wrong".repeat(20_000));
            try {
              return share.run();
            } finally {
              Files.writeString(large, content);
            }
          };
      Scratch meddler =
          Interposed.disk(
              "file",
              open ->
                  Interposed.in(
                      Scratch.Output.class, (Scratch.Output) open.run(), "share", meddling));
      Slots slots = new Slots(root, new Doors(new DurableDisk(), meddler, Parcel::read), 0);
      Parcel parcel = new Parcel("agent", "2").file("large", 0644, content);

      Refused refused =
          catchThrowableOfType(
              Refused.class,
              () -> slots.stage(parcel.assembled(new Copying(first, 0, content.length()))));

      assertThat(refused).as("the refusal").isNotNull();
      assertThat(refused.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    }
  }

  private static long used(Path root) throws Exception {
    return Files.getFileStore(root).getTotalSpace()
        - Files.getFileStore(root).getUnallocatedSpace();
  }

  /** Copies the old file in pieces of this size behind so many blanks. */
  private record Copying(Slot slot, int shift, int piece) implements Supply {
    @Override
    public void file(Toc.Entry entry, Sink sink) throws Fault, InterruptedException {
      byte[] blanks = " ".repeat(shift).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      sink.bytes(blanks, 0, shift);
      long length = entry.header().size() - shift;
      for (long at = 0; at < length; at += piece) {
        sink.copy(slot.path().resolve("large"), at, Math.min(piece, length - at));
      }
    }

    @Override
    public void close() {}
  }
}

package io.fleetinstaller.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.Faulted;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes over the wire cut off, wrong or too large leaves nothing. */
@Timeout(120)
final class WireTest {
  private final Path root = Jimfs.newFileSystem(Configuration.unix()).getPath("/packages");
  private final Slots slots =
      new Slots(root, new Doors(new DurableDisk(), new FileScratch(), Parcel::read), 0);

  @BeforeEach
  void emptyHost() throws IOException {
    Files.createDirectories(root);
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

  private static int waitForever() throws IOException {
    try {
      new CountDownLatch(1).await();
      return -1;
    } catch (InterruptedException e) {
      throw new IOException("closed", e);
    }
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

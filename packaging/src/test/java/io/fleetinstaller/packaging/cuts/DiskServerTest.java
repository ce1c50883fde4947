package io.fleetinstaller.packaging.cuts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk as a machine sees it. */
final class DiskServerTest {
  private static final int STRUCTURED_REPLY = 8;
  private static final int GO = 7;

  @TempDir Path folder;

  @Test
  void a_machine_reads_what_it_wrote_and_loses_what_it_did_not_flush() throws IOException {
    Path image = Files.write(folder.resolve("image"), new byte[2 * Disk.BLOCK]);
    try (Disk disk = Disk.of(image, folder.resolve("own"))) {
      Path socket = folder.resolve("socket");
      DiskServer server = DiskServer.start(disk, socket);
      try (SocketChannel machine = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        DataInputStream in = new DataInputStream(Channels.newInputStream(machine));
        DataOutputStream out = new DataOutputStream(Channels.newOutputStream(machine));

        assertThat(greeted(in, out)).isEqualTo(2 * Disk.BLOCK);
        assertThat(asked(in, out, 1, "kept")).isEmpty();
        assertThat(asked(in, out, 3, "")).isEmpty();
        assertThat(asked(in, out, 1, "lost")).isEmpty();
        assertThat(asked(in, out, 0, "four")).isEqualTo("lost");
      }
      server.close();

      assertThat(left(disk, losesAll())).isEqualTo("kept");
    }
  }

  @Test
  void one_that_never_came_holds_nobody_up() throws IOException {
    Path image = Files.write(folder.resolve("image"), new byte[Disk.BLOCK]);
    try (Disk disk = Disk.of(image, folder.resolve("own"))) {
      DiskServer.start(disk, folder.resolve("socket")).close();

      assertThat(disk.size()).isEqualTo(Disk.BLOCK);
    }
  }

  /** The size that it is told. */
  private static long greeted(DataInputStream in, DataOutputStream out) throws IOException {
    in.skipNBytes(18);
    out.writeInt(3);
    option(out, STRUCTURED_REPLY, new byte[0]);
    in.skipNBytes(12);
    assertThat(in.readInt()).as("structured replies").isEqualTo(0x80000001);
    assertThat(in.readInt()).isZero();
    option(out, GO, new byte[6]);
    in.skipNBytes(20 + 2);
    long size = in.readLong();
    assertThat(in.readShort()).as("flags").isEqualTo((short) 5);
    in.skipNBytes(20);
    return size;
  }

  private static void option(DataOutputStream out, int option, byte[] data) throws IOException {
    out.write("IHAVEOPT".getBytes(UTF_8));
    out.writeInt(option);
    out.writeInt(data.length);
    out.write(data);
  }

  private static String asked(DataInputStream in, DataOutputStream out, int type, String text)
      throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    out.writeInt(0x25609513);
    out.writeShort(0);
    out.writeShort(type);
    out.writeLong(4711);
    out.writeLong(0);
    out.writeInt(bytes.length);
    if (type == 1) {
      out.write(bytes);
    }
    assertThat(in.readInt()).isEqualTo(0x67446698);
    assertThat(in.readInt()).as("error").isZero();
    assertThat(in.readLong()).isEqualTo(4711);
    return type == 0 ? new String(in.readNBytes(bytes.length), UTF_8) : "";
  }

  private String left(Disk disk, Random chance) throws IOException {
    try (Disk left = disk.cut(chance, folder.resolve("left")).left()) {
      ByteBuffer text = ByteBuffer.allocate(4);
      left.read(0, text);
      return new String(text.array(), UTF_8);
    }
  }

  private static Random losesAll() {
    return new Random() {
      @Override
      public double nextDouble() {
        return 0;
      }
    };
  }
}

package io.fleetinstaller.packaging.cuts;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * Plugs a disk into one machine: as much of the NBD protocol as qemu needs to read, write and
 * flush. It offers neither FUA nor TRIM, so that whoever wants something durable flushes.
 */
final class DiskServer implements AutoCloseable {
  private static final long HELLO = 0x4e42444d41474943L;
  private static final long OPTION = 0x49484156454f5054L;
  private static final long OPTION_REPLY = 0x3e889045565a9L;
  private static final int REQUEST = 0x25609513;
  private static final int REPLY = 0x67446698;

  /** Newstyle, and no zeroes behind the handshake. */
  private static final int HANDSHAKE = 3;

  /** The flags that tell that there are flags, and that it can flush. */
  private static final int CAN_FLUSH = 1 | 1 << 2;

  private static final int GO = 7;
  private static final int ACK = 1;
  private static final int INFO = 3;
  private static final int UNSUPPORTED = 0x80000001;
  private static final int INFO_LENGTH = 12;

  private static final int READ = 0;
  private static final int WRITE = 1;
  private static final int DISCONNECT = 2;
  private static final int FLUSH = 3;
  private static final int INVALID = 22;

  /** What qemu asks for at most at once. */
  private static final int LONGEST = 32 << 20;

  private final Disk disk;
  private final ServerSocketChannel door;
  private final Thread thread = Thread.ofPlatform().daemon().name("disk").unstarted(this::serve);

  private DiskServer(Disk disk, ServerSocketChannel door) {
    this.disk = disk;
    this.door = door;
  }

  /**
   * Serves whoever comes first.
   *
   * @param socket of at most a hundred letters
   */
  static DiskServer start(Disk disk, Path socket) throws IOException {
    ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    door.bind(UnixDomainSocketAddress.of(socket));
    DiskServer server = new DiskServer(disk, door);
    server.thread.start();
    return server;
  }

  private void serve() {
    try (SocketChannel machine = door.accept();
        DataInputStream in =
            new DataInputStream(new BufferedInputStream(Channels.newInputStream(machine)));
        DataOutputStream out =
            new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(machine)))) {
      if (greet(in, out)) {
        while (answer(in, out)) {
          out.flush();
        }
      }
    } catch (EOFException | java.nio.channels.ClosedChannelException _) {
      // the machine has no power any more
    } catch (IOException e) {
      System.err.println("a machine's disk: " + e);
    }
  }

  /** Whether it wants the disk then. */
  private boolean greet(DataInputStream in, DataOutputStream out) throws IOException {
    out.writeLong(HELLO);
    out.writeLong(OPTION);
    out.writeShort(HANDSHAKE);
    out.flush();
    in.readInt();
    while (true) {
      if (in.readLong() != OPTION) {
        throw new IOException("not a client of NBD");
      }
      int option = in.readInt();
      in.skipNBytes(in.readInt());
      if (option == GO) {
        reply(out, option, INFO, INFO_LENGTH);
        out.writeShort(0);
        out.writeLong(disk.size());
        out.writeShort(CAN_FLUSH);
        reply(out, option, ACK, 0);
        out.flush();
        return true;
      }
      reply(out, option, UNSUPPORTED, 0);
      out.flush();
    }
  }

  private static void reply(DataOutputStream out, int option, int type, int length)
      throws IOException {
    out.writeLong(OPTION_REPLY);
    out.writeInt(option);
    out.writeInt(type);
    out.writeInt(length);
  }

  /** Whether it goes on after that. */
  private boolean answer(DataInputStream in, DataOutputStream out) throws IOException {
    if (in.readInt() != REQUEST) {
      throw new IOException("not a request of NBD");
    }
    in.readShort();
    int type = in.readShort();
    long handle = in.readLong();
    long at = in.readLong();
    int length = in.readInt();
    if (type == DISCONNECT) {
      return false;
    }
    if (length < 0 || length > LONGEST) {
      throw new IOException("%d bytes at once".formatted(length));
    }
    ByteBuffer bytes = ByteBuffer.allocate(type == READ || type == WRITE ? length : 0);
    int error = 0;
    switch (type) {
      case READ -> disk.read(at, bytes);
      case WRITE -> {
        in.readFully(bytes.array());
        disk.write(at, bytes);
      }
      case FLUSH -> disk.flush();
      default -> error = INVALID;
    }
    out.writeInt(REPLY);
    out.writeInt(error);
    out.writeLong(handle);
    if (type == READ) {
      out.write(bytes.array());
    }
    return true;
  }

  /** Waits until all that came from the machine, which must be off, is on the disk. */
  @Override
  public void close() throws IOException {
    door.close();
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}

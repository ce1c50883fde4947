package io.fleetinstaller.io;

import java.io.IOException;
import java.nio.channels.FileChannel;

/** An append-only file over a channel. Reserved bytes lie behind the end as NULs. */
final class ChannelAppender implements Disk.Appender {
  private final FileChannel channel;
  private long end;
  private long reserved;

  ChannelAppender(FileChannel channel) throws IOException {
    this.channel = channel;
    this.end = channel.size();
    this.reserved = end;
  }

  @Override
  public void append(byte[] bytes) throws IOException {
    try {
      DurableDisk.writeFully(channel, bytes, end);
      channel.force(false);
    } catch (IOException e) {
      takeBack(bytes.length, e);
      throw e;
    }
    end += bytes.length;
    reserved = Math.max(reserved, end);
  }

  @Override
  public void reserve(int bytes) throws IOException {
    if (end + bytes <= reserved) {
      return;
    }
    DurableDisk.writeFully(channel, new byte[Math.toIntExact(end + bytes - reserved)], reserved);
    channel.force(false);
    reserved = end + bytes;
  }

  @Override
  public void truncate(long length) throws IOException {
    channel.truncate(length);
    channel.force(true);
    end = Math.min(end, length);
    reserved = end;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** What was written but not made durable must not be found by the next reader. */
  private void takeBack(int length, IOException cause) {
    try {
      channel.truncate(reserved);
      int inside = (int) Math.min(length, reserved - end);
      DurableDisk.writeFully(channel, new byte[inside], end);
      channel.force(false);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}

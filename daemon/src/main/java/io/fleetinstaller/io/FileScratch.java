package io.fleetinstaller.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Fills directories of the real disk. Owners and extended attributes need Linux. */
public final class FileScratch implements Scratch {
  private final AtomicReference<@Nullable MemorySegment> spare = new AtomicReference<>();

  @Override
  public Free free(Path directory) throws IOException {
    return Native.serves(directory)
        ? Native.free(directory)
        : new Free(Files.getFileStore(directory).getUsableSpace(), Long.MAX_VALUE);
  }

  @Override
  public void directory(Path directory) throws IOException {
    Files.createDirectory(directory);
  }

  @Override
  public Output file(Path file) throws IOException {
    if (Native.serves(file)) {
      return new OpenFile(file, spare);
    }
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    return new ChannelOutput(file, channel, this);
  }

  @Override
  public void symlink(Path link, String target) throws IOException {
    Files.createSymbolicLink(link, link.getFileSystem().getPath(target));
  }

  @Override
  public void copyLink(Path link, Path other) throws IOException {
    Files.createSymbolicLink(link, Files.readSymbolicLink(other));
  }

  @Override
  public boolean share(Path file, Held whole) throws IOException {
    return whole.share(file);
  }

  @Override
  public void hardlink(Path link, Path file) throws IOException {
    Files.createLink(link, file);
  }

  @Override
  public void unlink(Path link) throws IOException {
    Files.delete(link);
  }

  @Override
  public void attributes(Path path, Attributes attributes) throws IOException {
    Owner owner = attributes.owner();
    if (owner != null && Native.serves(path)) {
      Native.chown(path, owner.uid(), owner.gid());
    }
    Integer mode = attributes.mode();
    if (mode != null) {
      Posix.mode(path, mode);
    }
    if (Native.serves(path)) {
      for (Map.Entry<String, byte[]> xattr : attributes.xattrs().entrySet()) {
        Native.setXattr(path, xattr.getKey(), xattr.getValue());
      }
    }
    if (attributes.modified() != null) {
      Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .setTimes(attributes.modified(), null, null);
    }
  }

  private record ChannelOutput(Path file, FileChannel channel, Scratch scratch) implements Output {

    @Override
    public void write(byte[] bytes, int offset, int length, long position) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      while (buffer.hasRemaining()) {
        channel.write(buffer, position + buffer.position() - offset);
      }
    }

    @Override
    public void extend(long size) throws IOException {
      if (channel.size() < size) {
        channel.write(ByteBuffer.allocate(1), size - 1);
      }
    }

    @Override
    public boolean share(Held source, long from, long length, long position) {
      return false;
    }

    @Override
    public int read(byte[] into, int offset, int length, long position) throws IOException {
      return channel.read(ByteBuffer.wrap(into, offset, length), position);
    }

    @Override
    public void attributes(Attributes attributes) throws IOException {
      scratch.attributes(file, attributes);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}

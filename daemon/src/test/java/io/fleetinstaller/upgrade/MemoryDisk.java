package io.fleetinstaller.upgrade;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.upgrade.Mishaps.Need;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** A disk on an in-memory file system: each call is one effect, durable at once, or a mishap. */
final class MemoryDisk implements Disk {
  private final Mishaps mishaps;
  private boolean appendsRefused;

  MemoryDisk() {
    this(new Mishaps(new FakeTime(), List.of()));
  }

  MemoryDisk(Mishaps mishaps) {
    this.mishaps = mishaps;
  }

  void refuseAppends(boolean refuse) {
    appendsRefused = refuse;
  }

  @Override
  public void createDirectories(Path directory, int mode) throws IOException {
    if (!Files.isDirectory(directory)) {
      mishaps.effect(Need.SPACE, _ -> Files.createDirectories(directory));
    }
  }

  @Override
  public void replace(Path file, byte[] content, int mode) throws IOException {
    mishaps.effect(Need.SPACE, _ -> Files.write(file, content));
  }

  @Override
  public void point(Path link, Path target) throws IOException {
    mishaps.effect(
        Need.SPACE,
        _ -> {
          Files.deleteIfExists(link);
          Files.createSymbolicLink(link, target);
        });
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    mishaps.effect(Need.NOTHING, _ -> Files.move(from, to, StandardCopyOption.ATOMIC_MOVE));
  }

  @Override
  public void delete(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      mishaps.effect(Need.NOTHING, _ -> Files.delete(path));
    }
  }

  @Override
  public void deleteTree(Path directory) throws IOException {
    if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      mishaps.effect(Need.NOTHING, torn -> deleteTree(directory, torn));
    }
  }

  @Override
  public void sync(Path directory) throws IOException {
    mishaps.effect(Need.NOTHING, _ -> {});
  }

  @Override
  public Appender append(Path file) throws IOException {
    // Opening a file changes nothing; that it may fail is covered by the first write.
    return new FileAppender(file);
  }

  static void deleteTree(Path directory, boolean torn) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
          deleteTree(child, torn);
        } else {
          Files.delete(child);
        }
        if (torn) {
          return;
        }
      }
    }
    Files.delete(directory);
  }

  private final class FileAppender implements Appender {
    private final Path file;
    private long end;
    private long reserved;

    private FileAppender(Path file) throws IOException {
      this.file = file;
      this.end = Files.size(file);
      this.reserved = end;
    }

    @Override
    public void append(byte[] bytes) throws IOException {
      if (appendsRefused) {
        throw new IOException("Input/output error");
      }
      mishaps.effect(
          end + bytes.length > reserved ? Need.JOURNAL_AND_SPACE : Need.JOURNAL,
          torn -> write(torn ? Arrays.copyOf(bytes, bytes.length / 2) : bytes));
      end += bytes.length;
      reserved = Math.max(reserved, end);
    }

    @Override
    public void reserve(int bytes) throws IOException {
      mishaps.effect(Need.JOURNAL_AND_SPACE, _ -> reserved = Math.max(reserved, end + bytes));
    }

    @Override
    public void truncate(long length) throws IOException {
      mishaps.effect(
          Need.JOURNAL,
          torn -> {
            try (SeekableByteChannel channel =
                Files.newByteChannel(file, StandardOpenOption.WRITE)) {
              channel.truncate(torn ? Math.max(length, channel.size() - 1) : length);
            }
          });
      end = Math.min(end, length);
      reserved = end;
    }

    @Override
    public void close() {}

    private void write(byte[] bytes) throws IOException {
      try (SeekableByteChannel channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
        channel.position(end);
        channel.write(ByteBuffer.wrap(bytes));
      }
    }
  }
}

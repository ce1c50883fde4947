package io.fleetinstaller.io;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * A plain tar archive whose files are read in any order; only its headers are read to open it.
 * Files and directories are all it may hold, each name once. Not thread-safe.
 */
public final class TarIndex implements Closeable {
  private static final int MOST_ENTRIES = 1 << 16;
  private static final int MOST_NAME = 512;

  private final FileChannel channel;
  private final Map<String, Span> files = new HashMap<>();

  private record Span(long offset, long size) {}

  private TarIndex(FileChannel channel) {
    this.channel = channel;
  }

  /** Any other form of archive is an {@link IOException} that says so. */
  public static TarIndex open(Path file) throws IOException {
    // Opening a pipe would wait for a writer for ever.
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException(file + " is not a regular file");
    }
    TarIndex index = new TarIndex(FileChannel.open(file, StandardOpenOption.READ));
    try {
      index.scan();
      return index;
    } catch (IOException e) {
      index.close();
      throw e;
    }
  }

  /** The names of all files. */
  public Set<String> names() {
    return new TreeSet<>(files.keySet());
  }

  /** Length in bytes; empty: it holds no such file. */
  public OptionalLong size(String name) {
    return Optional.ofNullable(files.get(name))
        .map(span -> OptionalLong.of(span.size()))
        .orElse(OptionalLong.empty());
  }

  /** The bytes of a file that it holds; they can be read until this is closed. */
  public InputStream open(String name) {
    Span span = files.get(name);
    if (span == null) {
      throw new IllegalArgumentException(name + " is not in the archive");
    }
    return new Window(span.offset(), span.size());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void scan() throws IOException {
    Window whole = new Window(0, channel.size());
    TarReader reader = new TarReader(whole);
    int entries = 0;
    for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
      TarEntry entry = next.get();
      if (++entries > MOST_ENTRIES || entry.name().length() > MOST_NAME) {
        throw new IOException("it has too many entries, or too long a name");
      }
      add(entry, whole.position);
    }
  }

  private void add(TarEntry entry, long offset) throws IOException {
    if (entry.kind() == TarEntry.Kind.DIRECTORY) {
      return;
    }
    boolean plain =
        entry.kind() == TarEntry.Kind.FILE
            && entry.extents().stream().mapToLong(TarEntry.Extent::length).sum() == entry.size();
    if (!plain || offset + entry.size() > channel.size()) {
      throw new IOException("'%s' is no plain file, or cut".formatted(entry.name()));
    }
    String name = entry.name().replaceFirst("^(\\./)+", "");
    if (files.put(name, new Span(offset, entry.size())) != null) {
      throw new IOException("'%s' is in it twice".formatted(name));
    }
  }

  /** A part of the archive; passing over bytes costs nothing. */
  private final class Window extends InputStream {
    private final long end;
    private long position;

    Window(long offset, long size) {
      this.position = offset;
      this.end = offset + size;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (position >= end) {
        return -1;
      }
      int most = (int) Math.min(length, end - position);
      int count = channel.read(ByteBuffer.wrap(into, offset, most), position);
      if (count < 0) {
        throw new EOFException("the archive was cut while it was read");
      }
      position += count;
      return count;
    }

    @Override
    public long skip(long count) {
      long skipped = Math.max(0, Math.min(count, end - position));
      position += skipped;
      return skipped;
    }
  }
}

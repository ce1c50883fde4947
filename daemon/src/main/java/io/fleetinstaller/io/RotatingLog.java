package io.fleetinstaller.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of somebody else's program: lines with the time they came, in a file and one older file
 * beside it, so that both together never grow beyond twice the limit. It is not made durable, and a
 * line that cannot be written is lost: a full disk must not harm the program. Thread-safe.
 */
public final class RotatingLog implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(RotatingLog.class);

  private final Path file;
  private final Path older;
  private final long limit;
  private @Nullable FileChannel open;
  private boolean lossy;

  /**
   * @param limit bytes after which a new file is begun
   */
  public RotatingLog(Path file, long limit) {
    this.file = file;
    this.older = file.resolveSibling(file.getFileName() + ".1");
    this.limit = limit;
  }

  /** Adds a line; never fails. */
  public synchronized void add(Instant at, String line) {
    try {
      byte[] bytes = (at.truncatedTo(ChronoUnit.MILLIS) + " " + line + "\n").getBytes(UTF_8);
      FileChannel channel = channelFor(bytes.length);
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      lossy = false;
    } catch (IOException e) {
      if (!lossy) {
        LOG.warn("cannot write to {}: {}; lines are lost", file, e.getMessage());
      }
      lossy = true;
    }
  }

  /** The last lines since this instant, oldest first, without their times. */
  public synchronized List<String> tail(Instant since, int lines) throws IOException {
    Instant from = since.truncatedTo(ChronoUnit.MILLIS);
    List<String> wanted =
        Stream.concat(read(older).stream(), read(file).stream())
            .filter(line -> !at(line).isBefore(from))
            .map(line -> line.substring(line.indexOf(' ') + 1))
            .toList();
    return List.copyOf(wanted.subList(Math.max(0, wanted.size() - lines), wanted.size()));
  }

  @Override
  public synchronized void close() throws IOException {
    if (open != null) {
      open.close();
      open = null;
    }
  }

  private FileChannel channelFor(int more) throws IOException {
    FileChannel channel = open == null ? FileChannel.open(file, CREATE, WRITE, APPEND) : open;
    open = channel;
    if (channel.size() > 0 && channel.size() + more > limit) {
      close();
      Files.move(file, older, StandardCopyOption.REPLACE_EXISTING);
      channel = FileChannel.open(file, CREATE, WRITE, APPEND);
      open = channel;
    }
    return channel;
  }

  private static List<String> read(Path path) throws IOException {
    try {
      // Whatever the program wrote: bytes that are no UTF-8 must not make its log unreadable.
      return new String(Files.readAllBytes(path), UTF_8).lines().toList();
    } catch (NoSuchFileException _) {
      return List.of();
    }
  }

  /** When the line came; a torn one, left by a crash, is as old as can be. */
  private static Instant at(String line) {
    int space = line.indexOf(' ');
    try {
      return Instant.parse(line.substring(0, Math.max(0, space)));
    } catch (DateTimeException _) {
      return Instant.MIN;
    }
  }
}

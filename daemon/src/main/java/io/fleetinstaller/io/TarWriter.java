package io.fleetinstaller.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Writes tar in POSIX's pax format, the same bytes for the same entries: an extended header only
 * where the plain one has no room. Sparse files are written with their holes as zeros. Not
 * thread-safe.
 */
public final class TarWriter implements AutoCloseable {
  private static final int MOST_NAME = 100;
  private static final int MOST_OWNER_NAME = 31;
  private static final long MOST_ID = 07777777;
  private static final long MOST_SIZE = 077777777777L;

  private final OutputStream out;

  public TarWriter(OutputStream out) {
    this.out = out;
  }

  /** Writes one entry; data must hold exactly its size, or nothing where it is not a file. */
  public void add(TarEntry entry, InputStream data) throws IOException {
    out.write(head(entry));
    byte[] buffer = new byte[1 << 16];
    long left = entry.size();
    for (int read = data.read(buffer); read >= 0; read = data.read(buffer)) {
      left -= read;
      if (left < 0) {
        break;
      }
      out.write(buffer, 0, read);
    }
    if (left != 0) {
      throw new IOException("%s changed its size while it was read".formatted(entry.name()));
    }
    out.write(padding(entry.size()));
  }

  /** What comes before an entry's content. */
  public static byte[] head(TarEntry entry) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    byte[] extended = extended(entry);
    if (extended.length > 0) {
      head.write(extendedHeader(entry, extended.length));
      head.write(extended);
      head.write(padding(extended.length));
    }
    head.write(header(entry));
    return head.toByteArray();
  }

  /** What comes behind a content of this size. */
  public static byte[] padding(long size) {
    return new byte[(int) Math.floorMod(-size, (long) TarHeader.SIZE)];
  }

  /** What comes behind the last entry. */
  public static byte[] end() {
    return new byte[2 * TarHeader.SIZE];
  }

  /** Ends the archive and closes the stream behind it. */
  @Override
  public void close() throws IOException {
    out.write(end());
    out.close();
  }

  private static byte[] extended(TarEntry entry) throws IOException {
    Map<String, byte[]> records = new TreeMap<>();
    TarEntry.Owner owner = entry.owner();
    text(records, "path", entry.name(), MOST_NAME);
    text(records, "linkpath", entry.link(), MOST_NAME);
    text(records, "uname", owner.user(), MOST_OWNER_NAME);
    text(records, "gname", owner.group(), MOST_OWNER_NAME);
    number(records, "size", entry.size(), MOST_SIZE);
    number(records, "uid", owner.uid(), MOST_ID);
    number(records, "gid", owner.gid(), MOST_ID);
    entry.xattrs().forEach((name, value) -> records.put("SCHILY.xattr." + name, value));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (Map.Entry<String, byte[]> each : records.entrySet()) {
      record(body, each.getKey().getBytes(StandardCharsets.UTF_8), each.getValue());
    }
    return body.toByteArray();
  }

  private static void text(Map<String, byte[]> records, String key, String text, int most) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > most || bytes.length != text.length()) {
      records.put(key, bytes);
    }
  }

  private static void number(Map<String, byte[]> records, String key, long number, long most) {
    if (number > most) {
      records.put(key, Long.toString(number).getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** A record's length counts its own digits. */
  private static void record(ByteArrayOutputStream body, byte[] key, byte[] value)
      throws IOException {
    int rest = key.length + value.length + 3;
    int length = rest + Integer.toString(rest).length();
    if (Integer.toString(length).length() > Integer.toString(rest).length()) {
      length = rest + Integer.toString(length).length();
    }
    body.write((length + " ").getBytes(StandardCharsets.US_ASCII));
    body.write(key);
    body.write('=');
    body.write(value);
    body.write('\n');
  }

  private static byte[] extendedHeader(TarEntry entry, int size) {
    Fields fields = new Fields();
    fields.text(0, MOST_NAME, "PaxHeaders/" + entry.name());
    fields.octal(100, 8, 0644);
    fields.octal(108, 8, 0);
    fields.octal(116, 8, 0);
    fields.octal(124, 12, size);
    fields.octal(136, 12, 0);
    return fields.finished('x');
  }

  private static byte[] header(TarEntry entry) {
    Fields fields = new Fields();
    TarEntry.Owner owner = entry.owner();
    fields.text(0, MOST_NAME, entry.name());
    fields.octal(100, 8, entry.mode());
    fields.octal(108, 8, Math.min(owner.uid(), MOST_ID));
    fields.octal(116, 8, Math.min(owner.gid(), MOST_ID));
    fields.octal(124, 12, Math.min(entry.size(), MOST_SIZE));
    fields.octal(136, 12, Math.max(0, entry.modified().to(TimeUnit.SECONDS)));
    fields.text(157, MOST_NAME, entry.link());
    fields.text(265, MOST_OWNER_NAME, owner.user());
    fields.text(297, MOST_OWNER_NAME, owner.group());
    return fields.finished(type(entry.kind()));
  }

  private static char type(TarEntry.Kind kind) {
    return switch (kind) {
      case FILE -> '0';
      case HARDLINK -> '1';
      case SYMLINK -> '2';
      case DIRECTORY -> '5';
      case DEVICE, FIFO, UNKNOWN ->
          throw new IllegalArgumentException("an archive of ours holds no " + kind);
    };
  }

  private static final class Fields {
    private final byte[] block = new byte[TarHeader.SIZE];

    /** Cuts what has no room between two letters: then an extended header has the whole of it. */
    void text(int at, int most, String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      int length = Math.min(most, bytes.length);
      while (length < bytes.length && length > 0 && (bytes[length] & 0xc0) == 0x80) {
        length--;
      }
      System.arraycopy(bytes, 0, block, at, length);
    }

    void octal(int at, int length, long number) {
      String digits = Long.toOctalString(number);
      Arrays.fill(block, at, at + length - 1, (byte) '0');
      text(at + length - 1 - digits.length(), digits.length(), digits);
    }

    byte[] finished(char type) {
      block[156] = (byte) type;
      text(257, 8, "ustar\00000");
      Arrays.fill(block, 148, 156, (byte) ' ');
      long sum = 0;
      for (byte each : block) {
        sum += each & 0xff;
      }
      octal(148, 7, sum);
      return block;
    }
  }
}

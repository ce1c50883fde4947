package io.fleetinstaller.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One 512-byte header block of a tar archive. */
final class TarHeader {
  static final int SIZE = 512;
  private static final int CHECKSUM = 148;
  private static final int SPARSE_PAIR = 24;

  private final byte[] block;

  private TarHeader(byte[] block) {
    this.block = block;
  }

  /** Checks the sum, which old writers took over signed bytes. */
  static TarHeader of(byte[] block) throws IOException {
    long unsigned = 0;
    long signed = 0;
    for (int i = 0; i < SIZE; i++) {
      byte value = i >= CHECKSUM && i < CHECKSUM + 8 ? (byte) ' ' : block[i];
      unsigned += value & 0xff;
      signed += value;
    }
    TarHeader header = new TarHeader(block);
    long said = header.number(CHECKSUM, 8);
    if (said != unsigned && said != signed) {
      throw new IOException("the checksum of a header is wrong");
    }
    return header;
  }

  char type() {
    return (char) (block[156] & 0xff);
  }

  String name() throws IOException {
    String name = text(0, 100);
    // GNU keeps other things where POSIX has the first half of a long name.
    String prefix = posix() ? text(345, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  int mode() throws IOException {
    return (int) (number(100, 8) & 07777);
  }

  long uid() throws IOException {
    return number(108, 8);
  }

  long gid() throws IOException {
    return number(116, 8);
  }

  long size() throws IOException {
    long size = number(124, 12);
    if (size < 0) {
      throw new IOException("an entry has a negative size");
    }
    return size;
  }

  long modified() throws IOException {
    return number(136, 12);
  }

  String link() throws IOException {
    return text(157, 100);
  }

  String user() throws IOException {
    return hasNames() ? text(265, 32) : "";
  }

  String group() throws IOException {
    return hasNames() ? text(297, 32) : "";
  }

  /** The length of a sparse file with its holes, where GNU keeps it. */
  long realSize() throws IOException {
    return number(483, 12);
  }

  boolean moreExtents() {
    return block[482] != 0;
  }

  List<TarEntry.Extent> extents() throws IOException {
    return extents(block, 386, 4);
  }

  /** The pairs of offset and length of a sparse file; the first empty pair ends them. */
  static List<TarEntry.Extent> extents(byte[] block, int at, int most) throws IOException {
    TarHeader numbers = new TarHeader(block);
    List<TarEntry.Extent> extents = new ArrayList<>();
    for (int i = 0; i < most && block[at + i * SPARSE_PAIR] != 0; i++) {
      int pair = at + i * SPARSE_PAIR;
      extents.add(new TarEntry.Extent(numbers.number(pair, 12), numbers.number(pair + 12, 12)));
    }
    return extents;
  }

  static String utf8(byte[] bytes, int from, int length) throws IOException {
    if (ascii(bytes, from, length)) {
      return new String(bytes, from, length, StandardCharsets.US_ASCII);
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, from, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IOException("a name is not UTF-8", e);
    }
  }

  private static boolean ascii(byte[] bytes, int from, int length) {
    int all = 0;
    for (int i = from; i < from + length; i++) {
      all |= bytes[i];
    }
    return all >= 0;
  }

  private boolean posix() {
    return block[257] == 'u' && block[261] == 'r' && block[262] == 0;
  }

  private boolean hasNames() {
    return block[257] == 'u' && block[261] == 'r';
  }

  private String text(int at, int length) throws IOException {
    int end = at;
    while (end < at + length && block[end] != 0) {
      end++;
    }
    return utf8(block, at, end - at);
  }

  /** Octal digits, or bytes of a signed number when the first bit is set. */
  private long number(int at, int length) throws IOException {
    if ((block[at] & 0x80) != 0) {
      return binary(at, length);
    }
    int from = at;
    int to = at + length;
    while (from < to && blank(block[from])) {
      from++;
    }
    while (from < to && blank(block[to - 1])) {
      to--;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      if (block[i] < '0' || block[i] > '7') {
        throw new IOException("a number in a header is not octal");
      }
      value = value << 3 | (block[i] - '0');
    }
    return value;
  }

  private static boolean blank(byte letter) {
    return letter >= 0 && letter <= ' ';
  }

  private long binary(int at, int length) throws IOException {
    boolean negative = (block[at] & 0x40) != 0;
    long value = negative ? -1 : 0;
    for (int i = at; i < at + length; i++) {
      int digit = i == at && !negative ? block[i] & 0x3f : block[i] & 0xff;
      if (value >> 55 != 0 && value >> 55 != -1) {
        throw new IOException("a number in a header is too large");
      }
      value = (value << 8) | digit;
    }
    return value;
  }
}

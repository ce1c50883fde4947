package io.fleetinstaller.upgrade;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The bytes of a journal: lines of {@code <crc32c in 8 hex digits> <json>\n}. Whatever the bytes
 * are, reading yields the longest prefix of good lines and never fails.
 */
final class JournalFormat {
  private static final int SUM = 8;

  private JournalFormat() {}

  /** What a file turned out to be. */
  sealed interface Read {}

  /**
   * @param length how many bytes the good lines take; the rest is torn, damaged or reserved
   * @param torn whether something was behind them that cannot be read
   */
  record Good(Account account, long length, boolean torn) implements Read {
    Good(Account account, long length) {
      this(account, length, false);
    }
  }

  /** Written by a newer version of the installer. */
  record Newer(long version) implements Read {}

  record Bad(String why) implements Read {}

  /** The disk did not give it: that says nothing about what is in it. */
  record Unread(String why) implements Read {}

  static byte[] frame(byte[] json) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(json.length + SUM + 2);
    line.writeBytes(sum(json).getBytes(US_ASCII));
    line.write(' ');
    line.writeBytes(json);
    line.write('\n');
    return line.toByteArray();
  }

  static Read read(byte[] bytes) {
    Optional<byte[]> first = line(bytes, 0);
    if (first.isEmpty()) {
      return new Bad(bytes.length == 0 ? "it is empty" : "its first line is torn or damaged");
    }
    try {
      Document header = LineFormat.first(first.get());
      long version = LineFormat.version(header);
      return version > LineFormat.VERSION
          ? new Newer(version)
          : lines(LineFormat.header(header), bytes, framed(first.get()));
    } catch (Refused e) {
      return new Bad(e.reason().sentence());
    }
  }

  private static Good lines(Account header, byte[] bytes, int from) {
    List<Line> lines = new ArrayList<>();
    int length = from;
    Optional<byte[]> json = line(bytes, length);
    while (json.isPresent()) {
      try {
        lines.add(LineFormat.read(json.get()));
      } catch (Refused e) {
        break;
      }
      length += framed(json.get());
      json = line(bytes, length);
    }
    Account account = new Account(header.upgrade(), header.attempt(), header.since(), lines);
    return new Good(account, length, torn(bytes, length));
  }

  /** NULs are what was reserved and not written yet. */
  private static boolean torn(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        return true;
      }
    }
    return false;
  }

  /** The JSON of the line that begins here, if it is whole and its sum is right. */
  private static Optional<byte[]> line(byte[] bytes, int from) {
    int end = from;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    int start = from + SUM + 1;
    if (end == bytes.length || start > end || bytes[start - 1] != ' ') {
      return Optional.empty();
    }
    byte[] json = Arrays.copyOfRange(bytes, start, end);
    String found = new String(bytes, from, SUM, US_ASCII);
    return found.equals(sum(json)) ? Optional.of(json) : Optional.empty();
  }

  private static int framed(byte[] json) {
    return json.length + SUM + 2;
  }

  private static String sum(byte[] json) {
    CRC32C crc = new CRC32C();
    crc.update(json, 0, json.length);
    return "%08x".formatted(crc.getValue());
  }
}

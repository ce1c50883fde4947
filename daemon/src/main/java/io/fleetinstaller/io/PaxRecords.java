package io.fleetinstaller.io;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The extended headers that stand before an entry. Values stay bytes: attributes are binary. */
final class PaxRecords {
  private static final String XATTR = "SCHILY.xattr.";

  /** Of the map of a sparse file; what lies behind them is no number. */
  private static final int MOST_NUMBERS = 1 << 17;

  private final Map<String, byte[]> values;
  private final List<Long> sparse = new ArrayList<>();

  PaxRecords(PaxRecords defaults) {
    this.values = new HashMap<>(defaults.values);
  }

  PaxRecords() {
    this.values = new HashMap<>();
  }

  /** Takes in the body of one extended header: records of {@code <length> <key>=<value>\n}. */
  void add(byte[] body) throws IOException {
    int at = 0;
    while (at < body.length) {
      int space = indexOf(body, ' ', at, Math.min(body.length, at + 8));
      int end = at + (int) digits(new String(body, at, space - at, StandardCharsets.US_ASCII));
      if (end <= space || end > body.length || body[end - 1] != '\n') {
        throw new IOException("an extended header is cut");
      }
      int equals = indexOf(body, '=', space, end);
      String key = TarHeader.utf8(body, space + 1, equals - space - 1);
      put(key, Arrays.copyOfRange(body, equals + 1, end - 1));
      at = end;
    }
  }

  Optional<String> text(String key) throws IOException {
    byte[] value = values.get(key);
    return value == null ? Optional.empty() : Optional.of(TarHeader.utf8(value, 0, value.length));
  }

  OptionalLong number(String key) throws IOException {
    Optional<String> text = text(key);
    return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(digits(text.get()));
  }

  Optional<FileTime> modified() throws IOException {
    Optional<String> text = text("mtime");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (!text.get().matches("-?[0-9]{1,12}(\\.[0-9]{0,30})?")) {
      throw new IOException("a time in an extended header is not one");
    }
    BigDecimal time = new BigDecimal(text.get());
    BigDecimal seconds = time.setScale(0, RoundingMode.FLOOR);
    int nanos = time.subtract(seconds).movePointRight(9).intValue();
    return Optional.of(FileTime.from(Instant.ofEpochSecond(seconds.longValue(), nanos)));
  }

  Map<String, byte[]> xattrs() {
    Map<String, byte[]> xattrs = new HashMap<>();
    values.forEach((key, value) -> {
      if (key.startsWith(XATTR)) {
        xattrs.put(key.substring(XATTR.length()), value);
      }
    });
    return xattrs;
  }

  /** Whether the map of a sparse file stands before its bytes (format 1.0). */
  boolean mapInData() throws IOException {
    return text("GNU.sparse.major").equals(Optional.of("1"));
  }

  /** The length with holes of a sparse file in any of the formats; empty: it is not sparse. */
  OptionalLong realSize() throws IOException {
    OptionalLong size = number("GNU.sparse.realsize");
    return size.isPresent() ? size : number("GNU.sparse.size");
  }

  /** The map of a sparse file in the formats 0.0 and 0.1. */
  List<TarEntry.Extent> extents() throws IOException {
    List<Long> numbers = new ArrayList<>(sparse);
    for (String each : text("GNU.sparse.map").orElse("").split(",", MOST_NUMBERS)) {
      if (!each.isEmpty()) {
        numbers.add(digits(each));
      }
    }
    if (numbers.size() % 2 != 0) {
      throw new IOException("the map of a sparse file is cut");
    }
    List<TarEntry.Extent> extents = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i += 2) {
      extents.add(new TarEntry.Extent(numbers.get(i), numbers.get(i + 1)));
    }
    return extents;
  }

  static long digits(String text) throws IOException {
    if (!text.matches("[0-9]{1,18}")) {
      throw new IOException("a number in an extended header is not one");
    }
    return Long.parseLong(text);
  }

  private void put(String key, byte[] value) throws IOException {
    if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
      // The one key that repeats: pairs in order.
      sparse.add(digits(new String(value, StandardCharsets.US_ASCII)));
    } else if (value.length == 0) {
      values.remove(key);
    } else {
      values.put(key, value);
    }
  }

  private static int indexOf(byte[] body, char wanted, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      if (body[i] == wanted) {
        return i;
      }
    }
    throw new IOException("an extended header is malformed");
  }
}

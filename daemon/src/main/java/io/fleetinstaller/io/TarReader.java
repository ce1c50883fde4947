package io.fleetinstaller.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Reads tar as POSIX, GNU tar, Go and libarchive write it: ustar, pax, GNU long names, sparse files
 * of all four formats. Our own because file capabilities are binary and commons-compress reads
 * extended headers as text, and because it gathers long names in memory without a limit. Any form
 * it does not know is an {@link IOException}. Not thread-safe.
 */
public final class TarReader {
  private static final int MOST_HEADER_BYTES = 1 << 20;
  private static final int MOST_EXTENTS = 1 << 16;
  private static final int MOST_TRAILING_BYTES = 1 << 20;

  private final InputStream in;
  private final PaxRecords global = new PaxRecords();
  private int globalBytes;
  private long remaining;
  private long padding;
  private boolean ended;

  public TarReader(InputStream in) {
    this.in = in;
  }

  /** The next entry; what was not read of the one before is passed over. */
  public Optional<TarEntry> next() throws IOException {
    skip(remaining + padding);
    remaining = 0;
    padding = 0;
    PaxRecords records = new PaxRecords(global);
    LongNames names = new LongNames();
    int headerBytes = 0;
    while (!ended) {
      byte[] block = in.readNBytes(TarHeader.SIZE);
      if (block.length == 0 || (block.length == TarHeader.SIZE && zero(block))) {
        end(headerBytes);
        break;
      }
      if (block.length < TarHeader.SIZE) {
        throw new EOFException("the archive ends inside a header");
      }
      TarHeader header = TarHeader.of(block);
      headerBytes += TarHeader.SIZE + (int) Math.min(header.size(), MOST_HEADER_BYTES);
      switch (header.type()) {
        case 'x' -> records.add(body(header, headerBytes));
        case 'g' -> {
          byte[] body = body(header, headerBytes);
          globalBytes += body.length;
          if (globalBytes > MOST_HEADER_BYTES) {
            throw new IOException("the headers of all entries are larger than 1 MiB");
          }
          global.add(body);
          records.add(body);
        }
        case 'L' -> names.name = Optional.of(cString(body(header, headerBytes)));
        case 'K' -> names.link = Optional.of(cString(body(header, headerBytes)));
        default -> {
          return Optional.of(entry(header, records, names));
        }
      }
    }
    return Optional.empty();
  }

  /** Stored bytes of the last entry: how many were read, or -1 behind the last. */
  public int read(byte[] into, int offset, int length) throws IOException {
    if (remaining == 0) {
      return -1;
    }
    int read = in.read(into, offset, (int) Math.min(length, remaining));
    if (read < 0) {
      throw new EOFException("the archive ends inside a file");
    }
    remaining -= read;
    return read;
  }

  /** Reads what lies behind the last entry, which may be padding and nothing else. */
  public void finish() throws IOException {
    byte[] buffer = new byte[8192];
    long trailing = 0;
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      trailing += read;
      if (trailing > MOST_TRAILING_BYTES || !zero(buffer, read)) {
        throw new IOException("there is something behind the end of the archive");
      }
    }
  }

  private void end(int headerBytes) throws IOException {
    ended = true;
    if (headerBytes > 0) {
      throw new EOFException("the archive ends between a header and its entry");
    }
  }

  private TarEntry entry(TarHeader header, PaxRecords records, LongNames names) throws IOException {
    String name = name(header, records, names);
    TarEntry.Kind kind = kind(header.type(), name);
    long stored =
        kind == TarEntry.Kind.FILE || kind == TarEntry.Kind.UNKNOWN
            ? records.number("size").orElse(header.size())
            : 0;
    remaining = stored;
    padding = Math.floorMod(-stored, (long) TarHeader.SIZE);
    Shape shape = kind == TarEntry.Kind.FILE ? shape(header, records) : new Shape(0, List.of());
    boolean links = kind == TarEntry.Kind.SYMLINK || kind == TarEntry.Kind.HARDLINK;
    return new TarEntry(
        name,
        kind,
        header.mode(),
        owner(header, records),
        modified(header, records),
        shape.size(),
        links ? link(header, records, names) : "",
        records.xattrs(),
        shape.extents());
  }

  // A header's own name is read only where nothing tells the whole: it may be cut within a letter.
  private static String name(TarHeader header, PaxRecords records, LongNames names)
      throws IOException {
    Optional<String> path = records.text("path").or(() -> names.name);
    Optional<String> whole = records.text("GNU.sparse.name").or(() -> path);
    return whole.isPresent() ? whole.get() : header.name();
  }

  private static String link(TarHeader header, PaxRecords records, LongNames names)
      throws IOException {
    Optional<String> whole = records.text("linkpath").or(() -> names.link);
    return whole.isPresent() ? whole.get() : header.link();
  }

  private static TarEntry.Kind kind(char type, String name) {
    return switch (type) {
      // Version 7 had no type for directories.
      case '\0', '0' -> name.endsWith("/") ? TarEntry.Kind.DIRECTORY : TarEntry.Kind.FILE;
      case '7', 'S' -> TarEntry.Kind.FILE;
      case '1' -> TarEntry.Kind.HARDLINK;
      case '2' -> TarEntry.Kind.SYMLINK;
      case '3', '4' -> TarEntry.Kind.DEVICE;
      case '5' -> TarEntry.Kind.DIRECTORY;
      case '6' -> TarEntry.Kind.FIFO;
      default -> TarEntry.Kind.UNKNOWN;
    };
  }

  private static TarEntry.Owner owner(TarHeader header, PaxRecords records) throws IOException {
    Optional<String> user = records.text("uname");
    Optional<String> group = records.text("gname");
    return new TarEntry.Owner(
        records.number("uid").orElse(header.uid()),
        records.number("gid").orElse(header.gid()),
        user.isPresent() ? user.get() : header.user(),
        group.isPresent() ? group.get() : header.group());
  }

  private static FileTime modified(TarHeader header, PaxRecords records) throws IOException {
    return records.modified().orElse(FileTime.from(header.modified(), TimeUnit.SECONDS));
  }

  /** Where the stored bytes go. */
  private Shape shape(TarHeader header, PaxRecords records) throws IOException {
    if (header.type() == 'S') {
      return checked(new Shape(header.realSize(), oldSparseMap(header)));
    }
    if (records.mapInData()) {
      long size =
          records.realSize().orElseThrow(() -> new IOException("a sparse file has no size"));
      return checked(new Shape(size, mapInData()));
    }
    if (records.realSize().isPresent()) {
      return checked(new Shape(records.realSize().getAsLong(), records.extents()));
    }
    return new Shape(
        remaining, remaining == 0 ? List.of() : List.of(new TarEntry.Extent(0, remaining)));
  }

  private List<TarEntry.Extent> oldSparseMap(TarHeader header) throws IOException {
    List<TarEntry.Extent> extents = new ArrayList<>(header.extents());
    boolean more = header.moreExtents();
    while (more) {
      byte[] block = in.readNBytes(TarHeader.SIZE);
      if (block.length < TarHeader.SIZE || extents.size() > MOST_EXTENTS) {
        throw new IOException("the map of a sparse file is cut or too long");
      }
      extents.addAll(TarHeader.extents(block, 0, 21));
      more = block[504] != 0;
    }
    return extents;
  }

  /** Decimal lines: how many pairs, then the pairs; padded to a block. */
  private List<TarEntry.Extent> mapInData() throws IOException {
    long before = remaining;
    long pairs = line();
    if (pairs > MOST_EXTENTS) {
      throw new IOException("the map of a sparse file is too long");
    }
    List<TarEntry.Extent> extents = new ArrayList<>();
    for (long i = 0; i < pairs; i++) {
      extents.add(new TarEntry.Extent(line(), line()));
    }
    long rest = Math.min(remaining, Math.floorMod(remaining - before, (long) TarHeader.SIZE));
    skip(rest);
    remaining -= rest;
    return extents;
  }

  private long line() throws IOException {
    StringBuilder digits = new StringBuilder();
    byte[] one = new byte[1];
    while (read(one, 0, 1) == 1 && one[0] != '\n' && digits.length() < 20) {
      digits.append((char) one[0]);
    }
    return PaxRecords.digits(digits.toString());
  }

  private Shape checked(Shape shape) throws IOException {
    long at = 0;
    long stored = 0;
    List<TarEntry.Extent> filled = new ArrayList<>();
    for (TarEntry.Extent extent : shape.extents()) {
      if (extent.length() < 0
          || extent.offset() < at
          || extent.length() > shape.size() - extent.offset()) {
        throw new IOException("the map of a sparse file makes no sense");
      }
      at = extent.end();
      stored += extent.length();
      if (extent.length() > 0) {
        filled.add(extent);
      }
    }
    if (stored != remaining || shape.size() < 0) {
      throw new IOException("the map of a sparse file does not fit its bytes");
    }
    return new Shape(shape.size(), filled);
  }

  private byte[] body(TarHeader header, int headerBytes) throws IOException {
    if (header.size() >= MOST_HEADER_BYTES || headerBytes >= MOST_HEADER_BYTES) {
      throw new IOException("the headers of one entry are larger than 1 MiB");
    }
    byte[] body = in.readNBytes((int) header.size());
    if (body.length < header.size()) {
      throw new EOFException("the archive ends inside a header");
    }
    skip(Math.floorMod(-header.size(), (long) TarHeader.SIZE));
    return body;
  }

  private void skip(long bytes) throws IOException {
    try {
      in.skipNBytes(bytes);
    } catch (EOFException e) {
      throw new EOFException("the archive ends inside a file");
    }
  }

  private static String cString(byte[] body) throws IOException {
    int end = 0;
    while (end < body.length && body[end] != 0) {
      end++;
    }
    return TarHeader.utf8(body, 0, end);
  }

  private static boolean zero(byte[] block) {
    return zero(block, block.length);
  }

  private static boolean zero(byte[] block, int length) {
    for (int i = 0; i < length; i++) {
      if (block[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private record Shape(long size, List<TarEntry.Extent> extents) {}

  /** What GNU tar writes before an entry whose names are too long for its header. */
  private static final class LongNames {
    private Optional<String> name = Optional.empty();
    private Optional<String> link = Optional.empty();
  }
}

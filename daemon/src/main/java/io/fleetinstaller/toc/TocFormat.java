package io.fleetinstaller.toc;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.JsonStream;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads tables of contents, those of {@link TocText} and those of zstd:chunked layers, and believes
 * nothing: a table that is not what its location says, or that contradicts itself, its layer or its
 * descriptor is refused.
 */
public final class TocFormat {
  /** In bytes, packed: it is held in memory while it is read. */
  public static final int LARGEST_PACKED = 16 << 20;

  /** In bytes of text. */
  public static final int LARGEST_PLAIN = 64 << 20;

  /** Entries and further chunks; each takes 360 bytes of a heap that may be 64 MiB. */
  public static final int MOST_ROWS = 100_000;

  static final int VERSION = 1;

  private TocFormat() {}

  /**
   * What a table may not exceed.
   *
   * @param layer the packed layer's size
   * @param content what all its files may have together, in plain bytes
   * @param entries how many it may have
   */
  public record Bounds(long layer, long content, long entries) {}

  /**
   * Reads a table as it was cut out of its layer.
   *
   * @param source what is read, for people
   */
  public static Toc read(String source, byte[] packed, Toc.Location location, Bounds bounds)
      throws Refused {
    check(source, location, bounds);
    if (packed.length != location.packed()) {
      throw refused(
          ReasonCode.SIZE_MISMATCH,
          source,
          "it has %d bytes, its manifest says %d".formatted(packed.length, location.packed()));
    }
    Digest found = Digest.of(packed);
    if (!found.equals(location.digest())) {
      throw refused(
          ReasonCode.DIGEST_MISMATCH,
          source,
          "its digest is %s, its manifest says %s".formatted(found, location.digest()));
    }
    try (Exactly text =
            new Exactly(
                Compression.ZSTD.decode(new ByteArrayInputStream(packed)), location.plain(), true);
        JsonStream json = JsonStream.open(source, text)) {
      return new Reading(json, bounds, location).toc();
    } catch (IOException e) {
      throw refused(ReasonCode.MALFORMED, source, String.valueOf(e.getMessage()));
    }
  }

  /** Reads a table that a slot has kept: nothing else says how long its text is. */
  public static Toc kept(String source, byte[] packed) throws Refused {
    Toc.Location nowhere =
        new Toc.Location(Digest.of(packed), Long.MAX_VALUE / 2, packed.length, LARGEST_PLAIN);
    Bounds bounds = new Bounds(Long.MAX_VALUE, Long.MAX_VALUE, MOST_ROWS);
    try (InputStream text = Compression.ZSTD.decode(new ByteArrayInputStream(packed));
        JsonStream json = JsonStream.open(source, new Exactly(text, LARGEST_PLAIN, false))) {
      return new Reading(json, bounds, nowhere).toc();
    } catch (IOException e) {
      throw refused(ReasonCode.MALFORMED, source, String.valueOf(e.getMessage()));
    }
  }

  /** Whether it is worth fetching: it lies in its layer, and is not too large. */
  public static void check(String source, Toc.Location location, Bounds bounds) throws Refused {
    long layer = bounds.layer();
    if (location.packed() > LARGEST_PACKED || location.plain() > LARGEST_PLAIN) {
      throw refused(
          ReasonCode.TOO_LARGE,
          source,
          "it has %d bytes, %d unpacked; allowed are %d and %d"
              .formatted(location.packed(), location.plain(), LARGEST_PACKED, LARGEST_PLAIN));
    }
    if (location.offset() < Toc.Location.HEADER || location.offset() > layer - location.packed()) {
      throw refused(
          ReasonCode.MALFORMED,
          source,
          "it shall lie at %d to %d of a layer of %d bytes"
              .formatted(location.offset(), location.offset() + location.packed(), layer));
    }
  }

  private static Refused refused(ReasonCode code, String source, String why) {
    return new Refused(code, "cannot accept %s: %s".formatted(source, why));
  }

  /** Text that must have so many bytes, or at most so many, or reading it fails. */
  private static final class Exactly extends InputStream {
    private final InputStream in;
    private final long length;
    private final boolean all;
    private long left;

    Exactly(InputStream in, long length, boolean all) {
      this.in = in;
      this.all = all;
      this.length = length;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
      int read = in.read(into, offset, count);
      left -= Math.max(0, read);
      if (left < 0 || (read < 0 && left > 0 && all)) {
        throw new IOException(
            "unpacked it has %s than the %d bytes that its manifest says"
                .formatted(left < 0 ? "more" : "fewer", length));
      }
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}

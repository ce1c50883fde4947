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
  /**
   * About how many bytes of memory all tables of a release may take together, packed and read. A
   * table beyond that is none: the layer comes as a whole. An upgrade has to fit into the 64 MiB
   * that the daemon has, whatever its package holds.
   */
  public static final int LARGEST_HELD = 16 << 20;

  /** In bytes, packed: it is held in memory while it is read, and until the slot keeps it. */
  public static final int LARGEST_PACKED = 4 << 20;

  /** In bytes of text. */
  public static final int LARGEST_PLAIN = 64 << 20;

  static final int VERSION = 1;

  private TocFormat() {}

  /**
   * What a table may not exceed.
   *
   * @param layer the packed layer's size
   * @param content what all its files may have together, in plain bytes
   * @param entries how many it may have
   * @param held what is left of {@link #LARGEST_HELD}
   */
  public record Bounds(long layer, long content, long entries, long held) {

    /** Those of a table beside which there is no other. */
    public Bounds(long layer, long content, long entries) {
      this(layer, content, entries, LARGEST_HELD);
    }
  }

  /** Whoever is told what a kept table says. */
  @FunctionalInterface
  public interface Hint {
    void chunk(String file, Toc.Chunk chunk);
  }

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

  /**
   * Reads a table that a slot has kept, chunk by chunk, and holds nothing of it. They have no place
   * in any layer, and nothing that is said need be true.
   */
  public static void kept(String source, InputStream packed, Hint hint) throws Refused {
    try (InputStream text = Compression.ZSTD.decode(packed);
        JsonStream json = JsonStream.open(source, new Exactly(text, LARGEST_PLAIN, false))) {
      new Hints(json, hint).read();
    } catch (IOException e) {
      throw refused(ReasonCode.MALFORMED, source, String.valueOf(e.getMessage()));
    }
  }

  /** Whether it is worth fetching: it lies in its layer, and is not too large. */
  public static void check(String source, Toc.Location location, Bounds bounds) throws Refused {
    long layer = bounds.layer();
    long packed = Math.min(LARGEST_PACKED, bounds.held());
    if (location.packed() > packed || location.plain() > LARGEST_PLAIN) {
      throw refused(
          ReasonCode.TOO_LARGE,
          source,
          "it has %d bytes, %d unpacked; allowed are %d and %d"
              .formatted(location.packed(), location.plain(), packed, LARGEST_PLAIN));
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

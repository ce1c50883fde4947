package io.fleetinstaller.delta;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.io.JsonStream;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.toc.Toc;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes and reads the table of a delta: zstd-packed JSON, as {@code schema/delta.schema.json} has
 * it. A table that is read is bounded in all its parts, and fits its package and its blocks.
 */
public final class DeltaFormat {
  /** In plain bytes. With the window it is what a host holds in memory of a file. */
  public static final int LARGEST_BLOCK = 4 << 20;

  /** In bytes. Twice as much makes patches smaller by two in a hundred. */
  public static final int LARGEST_WINDOW = 8 << 20;

  /** A window is made of so many pieces at most. */
  public static final int MOST_PIECES = 64;

  /** Of the packed table, in bytes. */
  public static final int LARGEST_PACKED = 2 << 20;

  private static final int LARGEST_PLAIN = 16 << 20;

  static final int VERSION = 1;

  private DeltaFormat() {}

  /**
   * What a table has to fit.
   *
   * @param to manifest of the new release
   * @param toc of its layer
   * @param blocks how many bytes all blocks have
   */
  public record Bounds(Digest to, Toc toc, long blocks) {}

  /** The table packed; the same one is always the same bytes. */
  public static byte[] bytes(DeltaTable table) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = Compression.ZSTD.encode(packed)) {
      out.write(Json.bytes(tree(table)));
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return packed.toByteArray();
  }

  /**
   * Reads a packed table.
   *
   * @param source what is read, for people
   */
  public static DeltaTable read(String source, byte[] packed, Bounds bounds) throws Refused {
    if (packed.length > LARGEST_PACKED) {
      throw new Refused(
          ReasonCode.TOO_LARGE,
          "cannot use %s: its table has %d bytes, allowed are %d"
              .formatted(source, packed.length, LARGEST_PACKED));
    }
    try (InputStream text = Compression.ZSTD.decode(new ByteArrayInputStream(packed));
        JsonStream json = JsonStream.open(source, new Capped(text, LARGEST_PLAIN))) {
      return new Reading(source, json, bounds).table();
    } catch (IOException e) {
      throw new Refused(
          ReasonCode.MALFORMED, "cannot use %s: %s".formatted(source, e.getMessage()));
    }
  }

  private static Map<String, Object> tree(DeltaTable table) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("formatVersion", VERSION);
    tree.put("from", table.from());
    tree.put("to", table.to());
    tree.put("files", table.files().stream().map(DeltaFormat::tree).toList());
    return tree;
  }

  private static Map<String, Object> tree(DeltaTable.Item item) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", item.name());
    tree.put("size", item.size());
    item.ancestor()
        .ifPresent(ancestor -> {
          Map<String, Object> inner = new LinkedHashMap<>();
          inner.put("digest", ancestor.digest());
          inner.put("size", ancestor.size());
          tree.put("ancestor", inner);
        });
    tree.put("blocks", item.blocks().stream().map(DeltaFormat::tree).toList());
    return tree;
  }

  private static Map<String, Object> tree(DeltaTable.Block block) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("length", block.length());
    tree.put("packed", block.packed());
    if (!block.window().isEmpty()) {
      List<Object> pieces = new ArrayList<>();
      block.window().forEach(piece -> pieces.add(List.of(piece.offset(), piece.length())));
      tree.put("window", pieces);
    }
    return tree;
  }

  /** Text that ends in a failure when it grows over its limit. */
  private static final class Capped extends java.io.FilterInputStream {
    private long left;

    Capped(InputStream in, long most) {
      super(in);
      this.left = most;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = super.read(into, offset, length);
      left -= Math.max(0, count);
      if (left < 0) {
        throw new IOException("unpacked its table is larger than allowed");
      }
      return count;
    }
  }
}

package io.fleetinstaller.toc;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.io.TarWriter;
import io.fleetinstaller.release.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Writes a layer: a tar archive in zstd frames of which each can be unpacked by itself, and behind
 * it, where unpackers pass over it, its table of contents. The same entries are always the same
 * bytes. Not thread-safe.
 *
 * <p>The sizes are measured. What is packed already (jars) has small chunks, because they cost
 * nothing and more of them are the same in the next release; what shrinks has large ones, because
 * the machine code of a large program changes everywhere anyway and small frames shrink less.
 * Between them are files of middling size (libraries, modules of a kernel), of which parts stay.
 */
public final class LayerWriter implements AutoCloseable {
  /** A file of more bytes has frames of its own; smaller ones and what is between share them. */
  private static final int LARGE = 256 << 10;

  /** A shared frame is cut at the first end of an entry behind so many plain bytes. */
  private static final int BATCH = 256 << 10;

  private static final int MEAN_CHUNK_PACKED_ALREADY = 32 << 10;
  private static final int MEAN_CHUNK_MIDDLING = 64 << 10;
  private static final int MEAN_CHUNK = 1 << 20;

  /** No file of more bytes is middling. */
  private static final int MIDDLING = 8 << 20;

  /** Of more, the larger files have larger chunks: the table is held in memory. */
  private static final long MOST_CHUNKS = 40_000;

  private static final int SKIPPABLE = 0x184d2a50;
  private static final byte[] MAGIC = "FleetToc".getBytes(StandardCharsets.US_ASCII);

  private final OutputStream out;
  private final FrameWriter frames;
  private final Chunker coarse = new Chunker(MEAN_CHUNK);
  private final Chunker middling;
  private final Chunker fine;
  private final byte[] buffer = new byte[2 * coarse.most()];
  private final ByteArrayOutputStream batch = new ByteArrayOutputStream();
  private final List<Written> written = new ArrayList<>();

  private record Written(TarEntry header, Optional<Digest> digest, List<Piece> pieces) {}

  /** A chunk in a frame whose place is not known yet. */
  private record Piece(
      long offset, int length, Digest digest, int frame, int inner, boolean zero) {}

  /**
   * Begins a layer.
   *
   * @param content plain bytes that its files will have together, roughly
   * @param level how hard zstd works, see {@link Compression#frame}
   */
  public LayerWriter(OutputStream out, long content, int level) {
    this.out = out;
    this.frames = new FrameWriter(out, level);
    int least = (int) Math.min(MEAN_CHUNK, Long.highestOneBit(content / MOST_CHUNKS) << 1);
    this.middling = new Chunker(Math.max(MEAN_CHUNK_MIDDLING, least));
    this.fine = new Chunker(Math.max(MEAN_CHUNK_PACKED_ALREADY, least));
  }

  /** Writes one entry; data must hold exactly its size, or nothing where it is not a file. */
  public void add(TarEntry entry, InputStream data) throws IOException {
    batch.write(TarWriter.head(entry));
    written.add(entry.size() > LARGE ? large(entry, data) : small(entry, data));
    if (data.read() >= 0) {
      throw changed(entry);
    }
    batch.write(TarWriter.padding(entry.size()));
    if (batch.size() >= BATCH) {
      endBatch();
    }
  }

  /** Ends the layer; the location is empty where its table would be too large. */
  public Optional<Toc.Location> finish() throws IOException {
    batch.write(TarWriter.end());
    endBatch();
    frames.flush();
    Toc toc = toc();
    byte[] plain = TocText.bytes(toc);
    byte[] packed = Compression.frame(plain, Compression.HARDEST);
    if (toc.weight() + packed.length > TocFormat.LARGEST_HELD
        || plain.length > TocFormat.LARGEST_PLAIN
        || packed.length > TocFormat.LARGEST_PACKED) {
      return Optional.empty();
    }
    long offset = frames.begin(frames.next()) + Toc.Location.HEADER;
    Toc.Location location =
        new Toc.Location(Digest.of(packed), offset, packed.length, plain.length);
    skippable(packed);
    skippable(footer(location));
    return Optional.of(location);
  }

  /** Closes the stream behind it. */
  @Override
  public void close() throws IOException {
    frames.close();
  }

  private Written small(TarEntry entry, InputStream data) throws IOException {
    byte[] content = data.readNBytes((int) entry.size());
    if (content.length < entry.size()) {
      throw changed(entry);
    }
    Digest digest = Digest.of(content);
    boolean file = entry.kind() == TarEntry.Kind.FILE;
    Piece piece = new Piece(0, content.length, digest, frames.next(), batch.size(), false);
    batch.write(content);
    return new Written(
        entry,
        file ? Optional.of(digest) : Optional.empty(),
        content.length == 0 ? List.of() : List.of(piece));
  }

  private Written large(TarEntry entry, InputStream data) throws IOException {
    endBatch();
    MessageDigest whole = Digest.algorithm();
    List<Piece> pieces = new ArrayList<>();
    int from = 0;
    int to = data.readNBytes(buffer, 0, (int) Math.min(buffer.length, entry.size()));
    // The beginning speaks for all of it: how it is cut must not depend on where.
    byte[] beginning = Arrays.copyOf(buffer, Math.min(to, MEAN_CHUNK));
    Chunker chunker = chunker(entry, beginning);
    long offset = 0;
    while (offset < entry.size()) {
      if (to - from < chunker.most()) {
        System.arraycopy(buffer, from, buffer, 0, to - from);
        to -= from;
        from = 0;
        long missing = Math.min(buffer.length - to, entry.size() - offset - to);
        to += data.readNBytes(buffer, to, (int) missing);
      }
      int length = chunker.cut(buffer, from, to);
      if (length == 0) {
        throw changed(entry);
      }
      whole.update(buffer, from, length);
      pieces.add(piece(offset, Arrays.copyOfRange(buffer, from, from + length)));
      from += length;
      offset += length;
    }
    return new Written(entry, Optional.of(Digest.of(whole)), pieces);
  }

  private Chunker chunker(TarEntry entry, byte[] beginning) {
    if (Compression.hardlyShrinks(beginning)) {
      return fine;
    }
    return entry.size() > MIDDLING ? coarse : middling;
  }

  private Piece piece(long offset, byte[] chunk) throws IOException {
    boolean zero = true;
    for (int i = 0; i < chunk.length && zero; i++) {
      zero = chunk[i] == 0;
    }
    Digest digest = Digest.of(chunk);
    return new Piece(offset, chunk.length, digest, frames.add(chunk), 0, zero);
  }

  private void endBatch() throws IOException {
    if (batch.size() > 0) {
      frames.add(batch.toByteArray());
      batch.reset();
    }
  }

  private Toc toc() {
    return new Toc(
        written.stream()
            .map(each ->
                new Toc.Entry(
                    each.header(), each.digest(), each.pieces().stream().map(this::chunk).toList()))
            .toList());
  }

  private Toc.Chunk chunk(Piece piece) {
    Toc.Place place =
        new Toc.Place(frames.begin(piece.frame()), frames.begin(piece.frame() + 1), piece.inner());
    return new Toc.Chunk(
        piece.offset(),
        piece.length(),
        piece.digest(),
        piece.zero() ? Optional.empty() : Optional.of(place));
  }

  private void skippable(byte[] content) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(Toc.Location.HEADER).order(ByteOrder.LITTLE_ENDIAN);
    out.write(header.putInt(SKIPPABLE).putInt(content.length).array());
    out.write(content);
  }

  /** For those who have a layer without its manifest: the last bytes tell where the table is. */
  private static byte[] footer(Toc.Location location) {
    return ByteBuffer.allocate(4 * Long.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(location.offset())
        .putLong(location.packed())
        .putLong(location.plain())
        .put(MAGIC)
        .array();
  }

  private static IOException changed(TarEntry entry) {
    return new IOException("%s changed its size while it was read".formatted(entry.name()));
  }
}

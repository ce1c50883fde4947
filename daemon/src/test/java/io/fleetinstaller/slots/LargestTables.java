package io.fleetinstaller.slots;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.toc.PackedToc;
import io.fleetinstaller.toc.Toc;
import io.fleetinstaller.toc.TocFormat;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tables that take all the memory they may: a file of many chunks, and many small files. */
final class LargestTables {
  static final int FILES = 4000;
  static final int PIECE = 8;
  private static final int PACKED_PIECE = 10;

  private LargestTables() {}

  /** One of which a quarter of the chunks is of this edition, and as good as full. */
  static Table make(int edition) throws IOException {
    long few = table(1000, edition).weight();
    long more = table(3000, edition).weight();
    long chunks = 1000 + (TocFormat.LARGEST_HELD * 98L / 100 - few) * 2000 / (more - few);
    return table((int) chunks, edition);
  }

  private static Table table(int chunks, int edition) throws IOException {
    List<Toc.Entry> entries = new ArrayList<>();
    List<Toc.Chunk> pieces = new ArrayList<>();
    MessageDigest whole = Digest.algorithm();
    for (int i = 0; i < chunks; i++) {
      byte[] bytes = piece(i, edition);
      whole.update(bytes);
      pieces.add(new Toc.Chunk((long) i * PIECE, PIECE, Digest.of(bytes), Optional.of(place(i))));
    }
    entries.add(file("large", chunks * PIECE, Digest.of(whole), pieces));
    for (int i = chunks; i < chunks + FILES; i++) {
      Digest digest = Digest.of(piece(i, edition));
      Toc.Chunk all = new Toc.Chunk(0, PIECE, digest, Optional.of(place(i)));
      entries.add(file("small-" + "x".repeat(180) + i, PIECE, digest, List.of(all)));
    }
    Toc toc = new Toc(entries);
    return new Table(toc, PackedToc.of(toc));
  }

  /** The bytes of the chunk of this number. */
  static byte[] piece(int number, int edition) {
    return "%08x".formatted(number % 4 == 0 ? number + (edition << 24) : number).getBytes(US_ASCII);
  }

  private static Toc.Place place(int number) {
    long from = (long) number * PACKED_PIECE;
    return new Toc.Place(from + 1, from + 1 + PACKED_PIECE, 0);
  }

  private static Toc.Entry file(String name, int size, Digest digest, List<Toc.Chunk> chunks) {
    TarEntry header =
        new TarEntry(
            name,
            TarEntry.Kind.FILE,
            0644,
            TarEntry.Owner.ROOT,
            Parcel.THEN,
            size,
            "",
            Map.of(),
            List.of(new TarEntry.Extent(0, size)));
    return new Toc.Entry(header, Optional.of(digest), chunks);
  }
}

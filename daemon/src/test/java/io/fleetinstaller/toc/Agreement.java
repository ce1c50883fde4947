package io.fleetinstaller.toc;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.io.TarReader;
import io.fleetinstaller.release.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.Optional;

/** Whether a table tells the same as its layer does, unpacked as a whole and piece by piece. */
final class Agreement {
  private Agreement() {}

  static void check(byte[] layer, Toc toc) throws IOException {
    TarReader tar = new TarReader(Compression.ZSTD.decode(new ByteArrayInputStream(layer)));
    Iterator<Toc.Entry> entries = toc.entries().iterator();
    for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
      Toc.Entry entry = entries.next();
      same(entry.header(), next.get());
      byte[] content = content(tar);
      if (entry.header().kind() == TarEntry.Kind.FILE) {
        assertThat(entry.digest()).contains(Digest.of(content));
        assertThat(assembled(layer, entry)).isEqualTo(content);
      }
    }
    tar.finish();
    assertThat(entries).isExhausted();
  }

  private static void same(TarEntry told, TarEntry found) {
    assertThat(told)
        .usingRecursiveComparison()
        .ignoringFields("xattrs", "owner.user", "owner.group")
        .isEqualTo(found);
    assertThat(told.xattrs()).containsExactlyInAnyOrderEntriesOf(found.xattrs());
  }

  private static byte[] content(TarReader tar) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 << 16];
    for (int read = tar.read(buffer, 0, buffer.length);
        read >= 0;
        read = tar.read(buffer, 0, buffer.length)) {
      content.write(buffer, 0, read);
    }
    return content.toByteArray();
  }

  private static byte[] assembled(byte[] layer, Toc.Entry entry) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (Toc.Chunk chunk : entry.chunks()) {
      byte[] piece = new byte[(int) chunk.length()];
      if (chunk.place().isPresent()) {
        piece = unpacked(layer, chunk.place().get(), piece.length);
      }
      assertThat(Digest.of(piece)).isEqualTo(chunk.digest());
      assertThat(chunk.offset()).isEqualTo(content.size());
      content.write(piece);
    }
    return content.toByteArray();
  }

  private static byte[] unpacked(byte[] layer, Toc.Place place, int length) throws IOException {
    int packed = (int) (place.to() - place.from());
    try (InputStream frames =
        Compression.ZSTD.decode(new ByteArrayInputStream(layer, (int) place.from(), packed))) {
      frames.skipNBytes(place.inner());
      return frames.readNBytes(length);
    }
  }
}

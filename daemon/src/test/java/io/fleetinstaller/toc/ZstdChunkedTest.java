package io.fleetinstaller.toc;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Digest;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers that other people's programs made of one tar archive, checked in as they came out. */
final class ZstdChunkedTest {
  @ParameterizedTest
  @CsvSource({
    "skopeo-1.9.3, io.containers, 32ed0714ed2aa61ce528a37791f36339d90267a421b3ebd13d26d65f7f7bf4cc, 42285:2343:8985:1",
    "containers-storage-1.59.1, io.github.containers, f750339dc252640509116be89456748fcbf1a2237d25207579466b554134a414, 43891:2328:8141:1"
  })
  void a_layer_in_zstd_chunked_is_read(String tool, String prefix, String hex, String position)
      throws Exception {
    byte[] layer;
    try (InputStream in =
        ZstdChunkedTest.class.getResourceAsStream("/toc/%s.tar.zst".formatted(tool))) {
      layer = Objects.requireNonNull(in).readAllBytes();
    }
    Toc.Location location =
        Toc.Location.of(
                Map.of(
                    prefix + ".zstd-chunked.manifest-checksum",
                    new Digest(hex).toString(),
                    prefix + ".zstd-chunked.manifest-position",
                    position))
            .orElseThrow();
    byte[] packed =
        Arrays.copyOfRange(
            layer, (int) location.offset(), (int) (location.offset() + location.packed()));

    Toc toc =
        TocFormat.read(tool, packed, location, new TocFormat.Bounds(layer.length, 10_000_000, 100));

    Agreement.check(layer, toc);
    assertThat(toc.entries())
        .extracting(entry -> entry.header().kind())
        .contains(
            TarEntry.Kind.FILE,
            TarEntry.Kind.DIRECTORY,
            TarEntry.Kind.SYMLINK,
            TarEntry.Kind.HARDLINK);
    assertThat(toc.entries()).anyMatch(entry -> entry.chunks().size() > 1);
    assertThat(toc.entries())
        .anyMatch(entry -> entry.chunks().stream().anyMatch(chunk -> chunk.place().isEmpty()));
    assertThat(toc.entries()).anyMatch(entry -> !entry.header().xattrs().isEmpty());
  }
}

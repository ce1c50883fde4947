package io.fleetinstaller.toc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LayerWriterTest {
  private static final int MEBIBYTE = 1 << 20;

  // An array on purpose: never compared.
  @SuppressWarnings("ArrayRecordComponent")
  private record Made(byte[] layer, Toc.Location location) {
    Toc toc() throws Refused {
      int from = (int) location.offset();
      byte[] packed = Arrays.copyOfRange(layer, from, from + (int) location.packed());
      return TocFormat.read(
          "the table", packed, location, new TocFormat.Bounds(layer.length, 1L << 30, 10_000));
    }
  }

  @Test
  void a_layer_and_its_table_agree() throws Exception {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("none", new byte[0]);
    for (int i = 0; i < 300; i++) {
      files.put("small-%03d".formatted(i), random(i, i * 37));
    }
    files.put("larger", random(1000, 3 * MEBIBYTE));
    files.put("zeros", new byte[2 * MEBIBYTE]);
    files.put("long-".repeat(40), random(1001, 262_145));

    Made made = made(files);

    Agreement.check(made.layer(), made.toc());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 511, 512, 261_632, 262_143, 262_144, 262_145, 8_388_608, 8_388_609})
  void no_size_of_a_file_is_special(int size) throws Exception {
    Made made = made(Map.of("file", random(size, size)));

    Agreement.check(made.layer(), made.toc());
  }

  @Test
  void the_same_files_are_the_same_bytes() throws Exception {
    Map<String, byte[]> files = Map.of("file", random(7, 3 * MEBIBYTE));

    Made first = made(files);
    Made second = made(files);

    assertThat(second.layer()).isEqualTo(first.layer());
    assertThat(second.location()).isEqualTo(first.location());
  }

  @Test
  void a_file_with_something_inserted_shares_almost_all_of_its_chunks() throws Exception {
    byte[] old = random(8, 8 * MEBIBYTE);
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    changed.write(old, 0, 3 * MEBIBYTE);
    changed.write("inserted".getBytes(StandardCharsets.UTF_8));
    changed.write(old, 3 * MEBIBYTE, 5 * MEBIBYTE);

    Set<Digest> held = chunks(made(Map.of("file", old)).toc());
    Set<Digest> wanted = new HashSet<>(chunks(made(Map.of("file", changed.toByteArray())).toc()));
    wanted.removeAll(held);

    assertThat(held).hasSizeGreaterThan(50);
    assertThat(wanted).hasSizeBetween(1, 3);
  }

  @Test
  void where_content_is_cut_never_changes() throws Exception {
    byte[] random = random(9, MEBIBYTE);

    List<Long> packedAlready = lengths(random);
    List<Long> middling = lengths(text(random(9, 4 * MEBIBYTE)));
    List<Long> large = lengths(text(random(9, 9 * MEBIBYTE)));

    assertThat(packedAlready).startsWith(51_743L, 46_741L, 49_244L, 43_641L, 14_182L);
    assertThat(middling).startsWith(109_544L, 30_945L, 96_119L, 74_505L, 69_298L);
    assertThat(large).startsWith(1_146_352L, 1_165_357L, 1_247_502L);
  }

  @Test
  void the_last_bytes_tell_where_the_table_is() throws Exception {
    Made made = made(Map.of("file", random(10, 100)));

    ByteBuffer end = ByteBuffer.wrap(made.layer()).order(ByteOrder.LITTLE_ENDIAN);
    end.position(made.layer().length - 40);

    assertThat(end.getInt()).isEqualTo(0x184d2a50);
    assertThat(end.getInt()).isEqualTo(32);
    assertThat(List.of(end.getLong(), end.getLong(), end.getLong()))
        .containsExactly(
            made.location().offset(), made.location().packed(), made.location().plain());
    assertThat(StandardCharsets.US_ASCII.decode(end).toString()).isEqualTo("FleetToc");
  }

  @ParameterizedTest
  @ValueSource(ints = {99, 101, 0, 200_000})
  void a_file_that_changes_its_size_is_an_error(int size) {
    byte[] content = new byte[size];

    assertThatThrownBy(
            () -> {
              try (LayerWriter writer = new LayerWriter(new ByteArrayOutputStream(), 100, 3)) {
                writer.add(header("file", 100), new ByteArrayInputStream(content));
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessage("file changed its size while it was read");
  }

  private static Made made(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (LayerWriter writer =
        new LayerWriter(out, files.values().stream().mapToLong(file -> file.length).sum(), 3)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        writer.add(
            header(file.getKey(), file.getValue().length),
            new ByteArrayInputStream(file.getValue()));
      }
      Optional<Toc.Location> location = writer.finish();
      return new Made(out.toByteArray(), location.orElseThrow());
    }
  }

  private static TarEntry header(String name, int size) {
    return new TarEntry(
        name,
        TarEntry.Kind.FILE,
        0644,
        TarEntry.Owner.ROOT,
        FileTime.from(Instant.EPOCH),
        size,
        "",
        Map.of(),
        size == 0 ? List.of() : List.of(new TarEntry.Extent(0, size)));
  }

  private static Set<Digest> chunks(Toc toc) {
    return toc.entries().stream()
        .flatMap(entry -> entry.chunks().stream())
        .map(Toc.Chunk::digest)
        .collect(Collectors.toSet());
  }

  private static List<Long> lengths(byte[] file) throws Exception {
    return made(Map.of("file", file)).toc().entries().getFirst().chunks().stream()
        .map(Toc.Chunk::length)
        .toList();
  }

  private static byte[] text(byte[] random) {
    byte[] text = random.clone();
    for (int i = 0; i < text.length; i++) {
      text[i] = (byte) ('a' + (text[i] & 15));
    }
    return text;
  }

  private static byte[] random(long seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}

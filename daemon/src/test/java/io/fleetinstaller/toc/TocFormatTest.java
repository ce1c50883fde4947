package io.fleetinstaller.toc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TocFormatTest {
  private static final Digest ONE = Digest.of("one".getBytes(StandardCharsets.UTF_8));
  private static final Digest TWO = Digest.of("two".getBytes(StandardCharsets.UTF_8));
  private static final Digest THREE = Digest.of("three".getBytes(StandardCharsets.UTF_8));
  private static final Digest NOTHING = Digest.of(new byte[0]);
  private static final long LAYER = 1_000_000;
  private static final TocFormat.Bounds BOUNDS = new TocFormat.Bounds(LAYER, 100_000, 10);

  @Test
  void what_is_written_is_read_back() throws Refused {
    Toc toc =
        new Toc(
            List.of(
                entry("bin/", TarEntry.Kind.DIRECTORY, 0, Optional.empty(), List.of()),
                entry(
                    "bin/large",
                    TarEntry.Kind.FILE,
                    60,
                    Optional.of(ONE),
                    List.of(
                        new Toc.Chunk(0, 10, TWO, Optional.of(new Toc.Place(500, 600, 0))),
                        new Toc.Chunk(10, 20, THREE, Optional.empty()),
                        new Toc.Chunk(30, 30, TWO, Optional.of(new Toc.Place(600, 690, 0))))),
                entry("bin/none", TarEntry.Kind.FILE, 0, Optional.of(NOTHING), List.of()),
                small("bin/small", 700, 512),
                small("bin/smaller", 700, 2048)));

    Toc read = read(TocText.bytes(toc));

    assertThat(read).isEqualTo(toc);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"version":1,"entries":[]} x                                  | line 1
          {"version":1,"entries":[]}{}                                  | behind its end
          {"version":2,"entries":[]}                                    | from 1 to 1
          {"entries":[]}                                                | no version
          {"version":1,"entries":[                                      | end-of-input
          []                                                            | it must be an object
          {"version":1,"version":1}                                     | Duplicate field
          {"version":1,"entries":[{"type":"reg"}]}                      | it has no name
          {"version":1,"entries":[{"type":"door","name":"a"}]}          | no type of entry
          {"version":1,"entries":[{"type":"reg","name":"\\ud800"}]}     | half a surrogate
          {"version":1,"entries":[{"type":"chunk","name":"a"}]}         | does not stand behind its file
          {"version":1,"entries":[{"type":"dir","name":"a/"},{"type":"reg","name":"./a"}]} | stands there twice
          {"version":1,"entries":[{"type":"reg","name":"a","size":-1}]} | whole number from 0
          {"version":1,"entries":[{"type":"reg","name":"a","size":99999999999999999999}]} | whole number from 0
          {"version":1,"entries":[{"type":"reg","name":"a","size":1e3}]} | whole number from 0
          {"version":1,"entries":[{"type":"reg","name":"a","digest":"md5:1"}]} | is not a digest
          {"version":1,"entries":[{"type":"reg","name":"a","digest":"ONE"}]} | it has content, and is empty
          {"version":1,"entries":[{"type":"dir","name":"a","endOffset":9}]} | it has content, and is empty
          {"version":1,"entries":[{"type":"reg","name":"a","modtime":"noon"}]} | is not a time
          {"version":1,"entries":[{"type":"reg","name":"a","xattrs":{"user.x":"*"}}]} | not base64
          {"version":1,"entries":[{"type":"reg","name":"a","size":5,"offset":8,"endOffset":9}]} | it has no digest
          """)
  void a_table_that_makes_no_sense_is_refused(String text, String why) {
    byte[] lie = text.replace("ONE", ONE.toString()).getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> read(lie))
        .isInstanceOf(Refused.class)
        .hasMessageStartingWith("cannot accept the table")
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          8 9 0 10, 8 9 5 10         | overlaps
          8 9 0 10, 8 10 10 10       | overlaps
          20 30 0 10, 29 40 0 10     | overlaps
          20 30 0 10, 8 20 0 10      | overlaps
          20 20 0 10                 | it shall lie at 20 to 20
          20 10 0 10                 | it shall lie at 20 to 10
          20 899993 0 10             | and content ends at 899992
          20 30 16777217 10          | deeper in its frame
          20 30 0 100001             | that are declared
          """)
  void files_that_lie_where_they_cannot_are_refused(String places, String why) {
    byte[] lie =
        TocText.bytes(
            new Toc(List.of(places.split(", ")).stream().map(TocFormatTest::file).toList()));

    assertThatThrownBy(() -> read(lie)).isInstanceOf(Refused.class).hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource({"0,10,11,20", "0,10,9,21", "0,10,10,19", "0,10,10,21", "1,9,10,20", "0,0,0,30"})
  void chunks_that_do_not_fill_their_file_are_refused(long a, long b, long c, long d) {
    Toc.Chunk first = new Toc.Chunk(a, b, ONE, Optional.of(new Toc.Place(20, 30, 0)));
    Toc.Chunk second = new Toc.Chunk(c, d, TWO, Optional.of(new Toc.Place(30, 40, 0)));
    Toc.Entry file = entry("a", TarEntry.Kind.FILE, 30, Optional.of(ONE), List.of(first, second));
    byte[] lie = TocText.bytes(new Toc(List.of(file)));

    assertThatThrownBy(() -> read(lie))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("entry 'a': its chunks overlap, leave holes or do not fill it");
  }

  @Test
  void more_entries_than_declared_are_refused() {
    StringBuilder text = new StringBuilder("{\"version\":1,\"entries\":[");
    for (int i = 0; i < 11; i++) {
      text.append(i == 0 ? "" : ",").append("{\"type\":\"dir\",\"name\":\"%d\"}".formatted(i));
    }

    assertThatThrownBy(() -> read(text.append("]}").toString().getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            Refused.class,
            fault -> assertThat(fault.reason().code()).isEqualTo(ReasonCode.MALFORMED))
        .hasMessageContaining("more than the 10 entries");
  }

  @Test
  void a_table_without_end_is_refused_before_it_is_in_memory() {
    String chunk = "{\"type\":\"chunk\",\"name\":\"a\"},";
    byte[] text =
        ("{\"version\":1,\"entries\":[{\"type\":\"reg\",\"name\":\"a\"},"
                + chunk.repeat(TocFormat.LARGEST_HELD / 100))
            .getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> read(text))
        .isInstanceOfSatisfying(
            Refused.class,
            fault -> assertThat(fault.reason().code()).isEqualTo(ReasonCode.TOO_LARGE))
        .hasMessageContaining("bytes of memory");
  }

  @Timeout(20)
  @Test
  void many_chunks_at_one_offset_take_no_longer_than_others() throws Refused {
    int count = 80_000;
    StringBuilder text = new StringBuilder("{\"version\":1,\"entries\":[");
    for (int i = 0; i < count; i++) {
      text.append(
          i == 0
              ? "{\"type\":\"reg\",\"name\":\"a\",\"size\":%d,\"digest\":\"%s\",\"endOffset\":90,"
                  .formatted(count, ONE)
              : ",{\"type\":\"chunk\",\"name\":\"a\",\"chunkOffset\":%d,".formatted(i));
      text.append(
          "\"offset\":20,\"innerOffset\":%d,\"chunkSize\":1,\"chunkDigest\":\"%s\"}"
              .formatted(i, ONE));
    }

    byte[] table = text.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    byte[] packed = packed(table);

    Toc toc =
        TocFormat.read(
            "the table",
            packed,
            new Toc.Location(Digest.of(packed), 500_000, packed.length, table.length),
            BOUNDS);

    assertThat(toc.chunks()).isEqualTo(count);
    assertThat(toc.entries().getFirst().chunks().getLast().place())
        .contains(new Toc.Place(20, 90, count - 1));
  }

  @Test
  void names_links_and_attributes_count_too() {
    String name = "n".repeat(4000);
    StringBuilder text = new StringBuilder("{\"version\":1,\"entries\":[");
    for (int i = 0; i < 2000; i++) {
      text.append(
          "%s{\"type\":\"symlink\",\"name\":\"%d\",\"linkName\":\"%s\",\"userName\":\"%d%s\"}"
              .formatted(i == 0 ? "" : ",", i, name, i, name.substring(10)));
    }
    byte[] table = text.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    byte[] packed = packed(table);

    assertThatThrownBy(() ->
            TocFormat.read(
                "the table",
                packed,
                new Toc.Location(Digest.of(packed), 900_000, packed.length, table.length),
                new TocFormat.Bounds(LAYER, 100_000, 10_000)))
        .isInstanceOfSatisfying(
            Refused.class,
            fault -> assertThat(fault.reason().code()).isEqualTo(ReasonCode.TOO_LARGE));
  }

  @Test
  void the_tables_of_a_release_share_one_limit() {
    byte[] text =
        TocText.bytes(new Toc(List.of(small("bin/small", 700, 0), small("bin/other", 700, 40))));
    byte[] packed = packed(text);
    Toc.Location location =
        new Toc.Location(Digest.of(packed), 900_000, packed.length, text.length);

    assertThatThrownBy(() ->
            TocFormat.read(
                "the table", packed, location, new TocFormat.Bounds(LAYER, 100_000, 10, 1000)))
        .isInstanceOfSatisfying(
            Refused.class,
            fault -> assertThat(fault.reason().code()).isEqualTo(ReasonCode.TOO_LARGE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"x\":{%s}}", "{%s}", "{\"entries\":[{\"x\":{\"y\":[{%s}]}}]}"})
  void objects_that_nobody_knows_are_bounded(String form) {
    StringBuilder keys = new StringBuilder("\"0\":0");
    for (int i = 1; i < 100_000; i++) {
      keys.append(",\"").append(i).append("\":0");
    }

    assertThatThrownBy(() -> read(form.formatted(keys).getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("more than the 1000 keys");
  }

  @Test
  void a_bomb_is_refused_at_the_size_that_its_manifest_says() {
    byte[] bomb = packed(out -> out.write(" ".repeat(10_000_000).getBytes(StandardCharsets.UTF_8)));

    assertThatThrownBy(() -> read(bomb, 1000))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("more than the 1000 bytes that its manifest says");
  }

  @Test
  void a_table_that_is_shorter_than_its_manifest_says_is_refused() {
    byte[] packed = packed(TocText.bytes(new Toc(List.of())));

    assertThatThrownBy(() -> read(packed, 1000))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("fewer than the 1000 bytes that its manifest says");
  }

  @Test
  void other_bytes_than_the_manifest_pins_are_refused() {
    byte[] packed = packed(TocText.bytes(new Toc(List.of())));
    Toc.Location location = new Toc.Location(ONE, 900_000, packed.length, 25);

    assertThatThrownBy(() -> TocFormat.read("the table", packed, location, BOUNDS))
        .isInstanceOfSatisfying(
            Refused.class,
            fault -> assertThat(fault.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH));
  }

  @ParameterizedTest
  @CsvSource({
    "7,100,100,MALFORMED",
    "999950,100,100,MALFORMED",
    "9999999999,100,100,MALFORMED",
    "900000,99999999,100,TOO_LARGE",
    "900000,100,99999999999,TOO_LARGE",
    "900000,100,100,SIZE_MISMATCH"
  })
  void a_location_that_cannot_be_is_refused(long offset, long packed, long plain, ReasonCode code) {
    Toc.Location location = new Toc.Location(ONE, offset, packed, plain);

    assertThatThrownBy(() -> TocFormat.read("the table", new byte[5], location, BOUNDS))
        .isInstanceOfSatisfying(
            Refused.class, fault -> assertThat(fault.reason().code()).isEqualTo(code));
  }

  @ParameterizedTest
  @CsvSource({"io.github.containers.zstd-chunked", "io.containers.zstd-chunked"})
  void annotations_of_zstd_chunked_tell_where_the_table_is(String prefix) {
    Map<String, String> annotations =
        Map.of(
            prefix + ".manifest-checksum",
            ONE.toString(),
            prefix + ".manifest-position",
            "900:80:500:1");

    Optional<Toc.Location> location = Toc.Location.of(annotations);

    assertThat(location).contains(new Toc.Location(ONE, 900, 80, 500, false));
    assertThat(Toc.Location.of(location.get().annotations())).isEqualTo(location);
    assertThat(Toc.Location.of(Map.of("title", "x"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1:2", "1:2:3:2", "-1:2:3", "a:b:c", "9999999999999999999:1:1"})
  void a_position_that_is_none_is_refused(String position) {
    Map<String, String> annotations =
        Map.of(
            "io.fleetinstaller.toc.digest",
            ONE.toString(),
            "io.fleetinstaller.toc.position",
            position);

    assertThatThrownBy(() -> Toc.Location.of(annotations))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not tell where its table of contents is");
  }

  private static Toc read(byte[] text) throws Refused {
    return read(packed(text), text.length);
  }

  private static Toc read(byte[] packed, long plain) throws Refused {
    Toc.Location location = new Toc.Location(Digest.of(packed), 900_000, packed.length, plain);
    return TocFormat.read("the table", packed, location, BOUNDS);
  }

  private static byte[] packed(byte[] text) {
    return packed(out -> out.write(text));
  }

  private interface Content {
    void write(OutputStream out) throws IOException;
  }

  private static byte[] packed(Content content) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = Compression.ZSTD.encode(packed)) {
      content.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  private static Toc.Entry file(String place) {
    List<Long> numbers = List.of(place.split(" ")).stream().map(Long::valueOf).toList();
    Toc.Place at = new Toc.Place(numbers.get(0), numbers.get(1), numbers.get(2));
    Toc.Chunk chunk = new Toc.Chunk(0, numbers.get(3), ONE, Optional.of(at));
    return entry(place, TarEntry.Kind.FILE, numbers.get(3), Optional.of(ONE), List.of(chunk));
  }

  private static Toc.Entry small(String name, long from, long inner) {
    Toc.Place place = new Toc.Place(from, from + 100, inner);
    Toc.Chunk chunk = new Toc.Chunk(0, 40, TWO, Optional.of(place));
    return entry(name, TarEntry.Kind.FILE, 40, Optional.of(TWO), List.of(chunk));
  }

  private static Toc.Entry entry(
      String name, TarEntry.Kind kind, long size, Optional<Digest> digest, List<Toc.Chunk> chunks) {
    TarEntry header =
        new TarEntry(
            name,
            kind,
            0755,
            new TarEntry.Owner(7, 8, "ana", ""),
            FileTime.from(Instant.ofEpochSecond(1_700_000_000)),
            size,
            "",
            Map.of(),
            size == 0 ? List.of() : List.of(new TarEntry.Extent(0, size)));
    return new Toc.Entry(header, digest, chunks);
  }
}

package io.fleetinstaller.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TarReaderTest {
  private static final TarEntry FILE =
      new TarEntry(
          "dir/" + "file".repeat(40),
          TarEntry.Kind.FILE,
          0755,
          TarEntry.Owner.ROOT,
          FileTime.from(Instant.parse("2026-01-02T03:04:05Z")),
          700,
          "",
          Map.of("user.note", new byte[] {1, 2, 3}),
          List.of(new TarEntry.Extent(0, 700)));

  @Test
  void cut_at_any_length_it_is_a_beginning_or_an_error() throws IOException {
    byte[] whole = archive();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);

      Optional<List<TarEntry>> entries = entries(new ByteArrayInputStream(cut));

      // What is left without the empty blocks at the end is an archive, too.
      boolean legal = length == 0 || length >= whole.length - 512 || length == whole.length - 1024;
      assertThat(entries.isPresent()).as("cut at %d", length).isEqualTo(legal);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void whatever_the_bytes_are_nothing_but_an_io_exception_comes(int seed) throws IOException {
    Random luck = new Random(seed);
    byte[] whole = archive();
    int refused = 0;
    for (int round = 0; round < 2000; round++) {
      byte[] wrong = whole.clone();
      for (int flips = 1 + luck.nextInt(3); flips > 0; flips--) {
        wrong[luck.nextInt(wrong.length)] = (byte) luck.nextInt(256);
      }
      fixSums(wrong);
      refused += entries(new ByteArrayInputStream(wrong)).isPresent() ? 0 : 1;
    }

    assertThat(refused).as("seed %d", seed).isBetween(1, 1999);
  }

  @ParameterizedTest
  @ValueSource(chars = {'x', 'g', 'L', 'K'})
  void headers_are_never_gathered_without_a_limit(char type) {
    byte[] header = header(type, "77777777777");

    assertThatThrownBy(() -> new TarReader(endless(header)).next())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("larger than 1 MiB");
  }

  @Test
  void what_counts_for_all_entries_is_not_gathered_without_a_limit_either() {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    for (int i = 0; i < 3; i++) {
      String global = record("k%d=%s".formatted(i, "v".repeat(400_000)));
      archive.writeBytes(join(header('g', octal(global.length())), padded(global)));
      archive.writeBytes(header('0', "0"));
    }

    TarReader reader = new TarReader(new ByteArrayInputStream(archive.toByteArray()));

    assertThatThrownBy(
            () -> {
              while (reader.next().isPresent()) {
                assertThat(reader.read(new byte[1], 0, 1)).isNegative();
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("larger than 1 MiB");
  }

  @Test
  void headers_without_an_entry_end_somewhere() {
    byte[] header = header('x', "00000000000");

    assertThatThrownBy(() -> new TarReader(repeated(header)).next())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("larger than 1 MiB");
  }

  static Stream<Arguments> badRecords() {
    return Stream.of(
        Arguments.of("5 a=b", "cut"),
        Arguments.of("99 path=x\n", "cut"),
        Arguments.of("x path=x\n", "not one"),
        Arguments.of("path=x\n", "malformed"),
        Arguments.of("9 path x\n", "malformed"),
        Arguments.of(record("size=-12"), "not one"),
        Arguments.of(record("size=" + "9".repeat(19)), "not one"),
        Arguments.of(record("mtime=soon"), "not one"),
        Arguments.of(record("GNU.sparse.size=9") + record("GNU.sparse.map=1"), "cut"));
  }

  @ParameterizedTest
  @MethodSource("badRecords")
  void extended_headers_that_make_no_sense_are_refused(String record, String why) {
    byte[] archive = join(header('x', octal(record.length())), padded(record), header('0', "0"));

    assertThatThrownBy(() -> new TarReader(new ByteArrayInputStream(archive)).next())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0,5,3,5", "0,5,600,5", "5,-1", "0,4", "0,6", "999999999999999999,5"})
  void maps_of_sparse_files_that_make_no_sense_are_refused(String map) {
    String records = record("GNU.sparse.size=100") + record("GNU.sparse.map=" + map);
    byte[] archive =
        join(
            header('x', octal(records.length())),
            padded(records),
            header('0', "5"),
            padded("12345"));

    assertThatThrownBy(() -> new TarReader(new ByteArrayInputStream(archive)).next())
        .isInstanceOf(IOException.class);
  }

  @Test
  void a_map_of_a_sparse_file_has_a_bounded_number_of_pieces() {
    String records =
        record("GNU.sparse.size=100") + record("GNU.sparse.map=" + "0,".repeat(200_000));
    byte[] archive = join(header('x', octal(records.length())), padded(records), header('0', "0"));

    assertThatThrownBy(() -> new TarReader(new ByteArrayInputStream(archive)).next())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not one");
  }

  @Test
  void a_map_that_makes_sense_is_read() throws IOException {
    String records = record("GNU.sparse.size=100") + record("GNU.sparse.map=10,2,50,3,100,0");
    byte[] archive =
        join(
            header('x', octal(records.length())),
            padded(records),
            header('0', "5"),
            padded("12345"));

    TarEntry entry = new TarReader(new ByteArrayInputStream(archive)).next().orElseThrow();

    assertThat(entry.size()).isEqualTo(100);
    assertThat(entry.extents())
        .containsExactly(new TarEntry.Extent(10, 2), new TarEntry.Extent(50, 3));
  }

  @Test
  void times_before_1970_and_parts_of_seconds_are_read() throws IOException {
    String records = record("mtime=-1.25");
    byte[] archive = join(header('x', octal(records.length())), padded(records), header('0', "0"));

    TarEntry entry = new TarReader(new ByteArrayInputStream(archive)).next().orElseThrow();

    assertThat(entry.modified())
        .isEqualTo(FileTime.from(Instant.parse("1969-12-31T23:59:58.750Z")));
  }

  @Test
  void names_that_are_not_utf_8_are_refused() {
    byte[] header = header('0', "0");
    header[0] = (byte) 0xe9;
    fixSums(header);

    assertThatThrownBy(() -> new TarReader(new ByteArrayInputStream(header)).next())
        .hasMessage("a name is not UTF-8");
  }

  private static Optional<List<TarEntry>> entries(InputStream in) {
    try {
      TarReader reader = new TarReader(in);
      List<TarEntry> entries = new ArrayList<>();
      for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
        entries.add(next.get());
      }
      reader.finish();
      return Optional.of(entries);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static byte[] archive() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarWriter writer = new TarWriter(bytes)) {
      writer.add(FILE, new ByteArrayInputStream(new byte[700]));
    }
    return bytes.toByteArray();
  }

  /** So that a wrong letter is met by what reads it and not only by the sum. */
  private static void fixSums(byte[] archive) {
    for (int at = 0; at + 512 <= archive.length; at += 512) {
      if (archive[at + 257] == 'u') {
        Arrays.fill(archive, at + 148, at + 156, (byte) ' ');
        int sum = 0;
        for (int i = at; i < at + 512; i++) {
          sum += archive[i] & 0xff;
        }
        byte[] digits = "%06o\0".formatted(sum).getBytes(UTF_8);
        System.arraycopy(digits, 0, archive, at + 148, digits.length);
      }
    }
  }

  private static byte[] header(char type, String size) {
    byte[] block = new byte[512];
    put(block, 0, "name");
    put(block, 100, "0000644");
    put(block, 124, size);
    put(block, 257, "ustar\00000");
    block[156] = (byte) type;
    fixSums(block);
    return block;
  }

  private static void put(byte[] block, int at, String text) {
    System.arraycopy(text.getBytes(UTF_8), 0, block, at, text.length());
  }

  private static byte[] padded(String body) {
    return Arrays.copyOf(body.getBytes(UTF_8), (body.length() + 511) / 512 * 512);
  }

  private static String record(String text) {
    int rest = text.length() + 2;
    int length = rest + Integer.toString(rest).length();
    return (rest + Integer.toString(length).length()) + " " + text + "\n";
  }

  private static String octal(int number) {
    return Integer.toOctalString(number);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static InputStream endless(byte[] header) {
    return new java.io.SequenceInputStream(
        new ByteArrayInputStream(header),
        new InputStream() {
          @Override
          public int read() {
            return 'a';
          }
        });
  }

  private static InputStream repeated(byte[] header) {
    return new InputStream() {
      private int at;

      @Override
      public int read() {
        return header[at++ % header.length] & 0xff;
      }

      @Override
      public int read(byte[] into, int from, int count) {
        for (int i = 0; i < count; i++) {
          into[from + i] = (byte) read();
        }
        return count;
      }
    };
  }
}

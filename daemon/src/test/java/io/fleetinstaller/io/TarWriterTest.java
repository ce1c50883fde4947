package io.fleetinstaller.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TarWriterTest {
  private static final FileTime THEN = FileTime.from(Instant.parse("2026-01-02T03:04:05Z"));
  private static final byte[] BINARY = {1, 0, 0, 2, 0, (byte) 0x80, (byte) 0xff, '\n', '='};
  @TempDir private Path folder;

  @Test
  void what_is_written_is_read_again() throws IOException {
    TarEntry file =
        new TarEntry(
            "a/" + "long".repeat(60) + "/é",
            TarEntry.Kind.FILE,
            04755,
            new TarEntry.Owner(3_000_000, 7, "user", "g".repeat(40)),
            THEN,
            5,
            "",
            Map.of("security.capability", BINARY),
            List.of(new TarEntry.Extent(0, 5)));
    TarEntry link = link("b", "t".repeat(150));

    TarReader reader = new TarReader(new ByteArrayInputStream(tar(file, link)));
    TarEntry readFile = reader.next().orElseThrow();
    byte[] content = new byte[9];
    int length = reader.read(content, 0, 9);
    Optional<TarEntry> readLink = reader.next();

    assertThat(readFile).usingRecursiveComparison().isEqualTo(file);
    assertThat(new String(content, 0, length, UTF_8)).isEqualTo("hello");
    assertThat(readLink).contains(link);
    assertThat(reader.next()).isEmpty();
    reader.finish();
  }

  @Test
  void what_has_no_room_is_cut_between_two_letters() throws IOException {
    String name = "a".repeat(99) + "é";
    TarEntry entry =
        new TarEntry(
            name,
            TarEntry.Kind.SYMLINK,
            0777,
            new TarEntry.Owner(0, 0, "u".repeat(30) + "é", "g".repeat(30) + "é"),
            THEN,
            0,
            "t".repeat(98) + "€",
            Map.of(),
            List.of());

    byte[] head = TarWriter.head(entry);

    assertThat(new TarReader(new ByteArrayInputStream(head)).next()).contains(entry);
    byte[] header = Arrays.copyOfRange(head, head.length - 512, head.length);
    assertThat(new String(header, 0, 100, UTF_8)).isEqualTo("a".repeat(99) + "\0");
    assertThat(new String(header, 157, 100, UTF_8)).isEqualTo("t".repeat(98) + "\0\0");
  }

  @Test
  void other_peoples_tar_reads_it() throws Exception {
    TarEntry file =
        new TarEntry(
            "d/" + "x".repeat(120),
            TarEntry.Kind.FILE,
            0640,
            TarEntry.Owner.ROOT,
            THEN,
            5,
            "",
            Map.of("user.note", BINARY),
            List.of(new TarEntry.Extent(0, 5)));
    Files.write(folder.resolve("a.tar"), tar(file, link("d/link", "x")));

    Process process =
        new ProcessBuilder("tar", "-tvf", "a.tar", "--numeric-owner")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String listing = new String(process.getInputStream().readAllBytes(), UTF_8);

    assertThat(process.waitFor()).as(listing).isZero();
    assertThat(listing)
        .contains("-rw-r----- 0/0", " 5 ", "d/" + "x".repeat(120), "lrwxrwxrwx", "d/link -> x");
  }

  @Test
  void a_file_that_changes_while_it_is_read_is_not_written_wrong() throws IOException {
    TarEntry file =
        new TarEntry(
            "f", TarEntry.Kind.FILE, 0644, TarEntry.Owner.ROOT, THEN, 9, "", Map.of(), List.of());

    TarWriter writer = new TarWriter(new ByteArrayOutputStream());

    assertThatThrownBy(() -> writer.add(file, new ByteArrayInputStream(new byte[8])))
        .hasMessage("f changed its size while it was read");
    assertThatThrownBy(() -> writer.add(file, new ByteArrayInputStream(new byte[10])))
        .hasMessage("f changed its size while it was read");
  }

  @ParameterizedTest
  @EnumSource
  void every_compression_gives_back_what_went_in_and_the_same_bytes_each_time(
      Compression compression) throws IOException {
    byte[] plain = "again and again ".repeat(100_000).getBytes(UTF_8);

    byte[] packed = pack(compression, plain);

    assertThat(compression.decode(new ByteArrayInputStream(packed)).readAllBytes())
        .isEqualTo(plain);
    assertThat(pack(compression, plain)).isEqualTo(packed);
  }

  private static byte[] pack(Compression compression, byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (var out = compression.encode(packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }

  private static TarEntry link(String name, String target) {
    return new TarEntry(
        name,
        TarEntry.Kind.SYMLINK,
        0777,
        TarEntry.Owner.ROOT,
        THEN,
        0,
        target,
        Map.of(),
        List.of());
  }

  private static byte[] tar(TarEntry file, TarEntry link) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarWriter writer = new TarWriter(bytes)) {
      writer.add(file, new ByteArrayInputStream("hello".getBytes(UTF_8)));
      writer.add(link, new ByteArrayInputStream(new byte[0]));
    }
    return bytes.toByteArray();
  }
}

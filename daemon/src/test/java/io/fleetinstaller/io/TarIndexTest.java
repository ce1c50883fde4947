package io.fleetinstaller.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarIndexTest {
  @TempDir private Path folder;

  @Test
  void files_are_read_in_any_order() throws Exception {
    Path file = tar(file("a", "first"), file("b/c", "second"));

    try (TarIndex index = TarIndex.open(file)) {
      assertThat(index.names()).containsExactly("a", "b/c");
      assertThat(text(index.open("b/c"))).isEqualTo("second");
      assertThat(text(index.open("a"))).isEqualTo("first");
      assertThat(index.size("a")).hasValue(5);
      assertThat(index.size("c")).isEmpty();
    }
  }

  @Test
  void reading_may_begin_anywhere_and_ends_with_the_file() throws Exception {
    Path file = tar(file("a", "0123456789"), file("b", "x"));

    try (TarIndex index = TarIndex.open(file);
        InputStream bytes = index.open("a")) {
      assertThat(bytes.skip(7)).isEqualTo(7);
      assertThat(text(bytes)).isEqualTo("789");
      assertThat(bytes.skip(1)).isZero();
    }
  }

  @Test
  void opening_does_not_read_what_is_in_the_files() throws Exception {
    Path file = folder.resolve("sparse.tar");
    byte[] whole = Files.readAllBytes(tar(file("big", ""), file("last", "x")));
    // Says it has eight gigabytes, and has them as a hole.
    byte[] header = Files.readAllBytes(tarOfSize(8L << 30));
    try (var channel =
        Files.newByteChannel(
            file,
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.wrap(header));
      channel.position(header.length + (8L << 30));
      channel.write(java.nio.ByteBuffer.wrap(whole, 512, whole.length - 512));
    }

    try (TarIndex index = TarIndex.open(file)) {
      assertThat(index.size("huge")).hasValue(8L << 30);
      assertThat(text(index.open("last"))).isEqualTo("x");
    }
  }

  @Test
  void a_name_that_is_there_twice_is_refused() throws Exception {
    Path file = tar(file("a", "1"), file("./a", "2"));

    assertThatThrownBy(() -> TarIndex.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'a' is in it twice");
  }

  @Test
  void a_link_is_refused() throws Exception {
    TarEntry link = entry("a", TarEntry.Kind.SYMLINK, 0, "/etc/shadow");
    Path file = tar(new Packed(link, ""));

    assertThatThrownBy(() -> TarIndex.open(file)).hasMessageContaining("'a' is no plain file");
  }

  @Test
  void an_archive_that_was_cut_is_refused() throws Exception {
    byte[] whole = Files.readAllBytes(tar(file("a", "x".repeat(5000))));
    Path file = Files.write(folder.resolve("cut.tar"), Arrays.copyOf(whole, 3000));

    assertThatThrownBy(() -> TarIndex.open(file)).isInstanceOf(IOException.class);
  }

  @Test
  void what_is_no_archive_is_refused() throws Exception {
    Path file = Files.writeString(folder.resolve("text"), "hello ".repeat(500));

    assertThatThrownBy(() -> TarIndex.open(file)).isInstanceOf(IOException.class);
  }

  @Test
  void a_name_without_end_is_refused() throws Exception {
    Path file = tar(file("x".repeat(600), ""));

    assertThatThrownBy(() -> TarIndex.open(file)).hasMessageContaining("too long a name");
  }

  private record Packed(TarEntry entry, String text) {
    byte[] bytes() {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  private static Packed file(String name, String text) {
    int size = text.getBytes(StandardCharsets.UTF_8).length;
    return new Packed(entry(name, TarEntry.Kind.FILE, size, ""), text);
  }

  private static TarEntry entry(String name, TarEntry.Kind kind, long size, String link) {
    return new TarEntry(
        name,
        kind,
        0644,
        TarEntry.Owner.ROOT,
        FileTime.fromMillis(0),
        size,
        link,
        Map.of(),
        List.of());
  }

  private Path tar(Packed... entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarWriter writer = new TarWriter(bytes)) {
      for (Packed each : entries) {
        writer.add(each.entry(), new ByteArrayInputStream(each.bytes()));
      }
    }
    return Files.write(folder.resolve("some.tar"), bytes.toByteArray());
  }

  /** The headers alone of one file of this size. */
  private Path tarOfSize(long size) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TarWriter writer = new TarWriter(bytes);
    assertThatThrownBy(() ->
            writer.add(entry("huge", TarEntry.Kind.FILE, size, ""), InputStream.nullInputStream()))
        .isInstanceOf(IOException.class);
    return Files.write(folder.resolve("head.tar"), bytes.toByteArray());
  }

  private static String text(InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }
}

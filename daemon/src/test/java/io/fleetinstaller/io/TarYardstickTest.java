package io.fleetinstaller.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our tar against a library's: each reads what the other writes. */
class TarYardstickTest {
  /** A header of the old kind has room for the first half of a letter of it. */
  private static final String LONG = "deep/" + "x".repeat(94) + "ü" + "x".repeat(150) + "/ü";

  private static final FileTime THEN = FileTime.from(Instant.parse("2026-01-02T03:04:05Z"));

  @ParameterizedTest
  @ValueSource(ints = {TarArchiveOutputStream.LONGFILE_POSIX, TarArchiveOutputStream.LONGFILE_GNU})
  void what_the_library_writes_we_read(int longNames) throws IOException {
    byte[] archive = theirs(longNames);

    TarReader reader = new TarReader(new ByteArrayInputStream(archive));
    TarEntry file = reader.next().orElseThrow();
    byte[] content = new byte[16];
    int length = reader.read(content, 0, content.length);
    TarEntry link = reader.next().orElseThrow();

    assertThat(file.name()).isEqualTo(LONG);
    assertThat(file.mode() & 07777).isEqualTo(0640);
    assertThat(file.owner().uid()).isEqualTo(3_000_000);
    assertThat(file.modified()).isEqualTo(THEN);
    assertThat(new String(content, 0, length, UTF_8)).isEqualTo("hello");
    assertThat(link.kind()).isEqualTo(TarEntry.Kind.SYMLINK);
    assertThat(link.link()).isEqualTo(LONG);
    assertThat(reader.next()).isEmpty();
  }

  private static byte[] theirs(int longNames) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8")) {
      out.setLongFileMode(longNames);
      out.setBigNumberMode(
          longNames == TarArchiveOutputStream.LONGFILE_GNU
              ? TarArchiveOutputStream.BIGNUMBER_STAR
              : TarArchiveOutputStream.BIGNUMBER_POSIX);
      TarArchiveEntry file = new TarArchiveEntry(LONG);
      file.setMode(0640);
      file.setUserId(3_000_000L);
      file.setModTime(THEN);
      file.setSize(5);
      out.putArchiveEntry(file);
      out.write("hello".getBytes(UTF_8));
      out.closeArchiveEntry();
      TarArchiveEntry link = new TarArchiveEntry("link", TarConstants.LF_SYMLINK);
      link.setLinkName(LONG);
      out.putArchiveEntry(link);
      out.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }

  @Test
  void what_we_write_the_library_reads() throws IOException {
    TarEntry entry =
        new TarEntry(
            LONG,
            TarEntry.Kind.FILE,
            0751,
            new TarEntry.Owner(3_000_000, 7, "user", "group"),
            THEN,
            5,
            "",
            Map.of(),
            List.of(new TarEntry.Extent(0, 5)));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarWriter writer = new TarWriter(bytes)) {
      writer.add(entry, new ByteArrayInputStream("hello".getBytes(UTF_8)));
    }

    try (TarArchiveInputStream in =
        new TarArchiveInputStream(new ByteArrayInputStream(bytes.toByteArray()), "UTF-8")) {
      TarArchiveEntry read = in.getNextEntry();

      assertThat(read.getName()).isEqualTo(LONG);
      assertThat(read.getMode() & 07777).isEqualTo(0751);
      assertThat(read.getLongUserId()).isEqualTo(3_000_000);
      assertThat(read.getUserName()).isEqualTo("user");
      assertThat(in.readAllBytes()).isEqualTo("hello".getBytes(UTF_8));
      assertThat(in.getNextEntry()).isNull();
    }
  }
}

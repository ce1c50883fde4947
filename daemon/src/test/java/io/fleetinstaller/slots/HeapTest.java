package io.fleetinstaller.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.toc.TocFormat;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon has a small heap, whatever its packages hold. */
@Timeout(120)
final class HeapTest {
  @TempDir private Path folder;

  @Test
  void the_largest_tables_fit_into_the_daemons_heap_at_an_upgrade() throws Exception {
    for (int edition = 1; edition <= 2; edition++) {
      Table table = LargestTables.make(edition);
      assertThat(table.weight())
          .isBetween(TocFormat.LARGEST_HELD * 95L / 100, (long) TocFormat.LARGEST_HELD);
      assertThat(table.packed()).hasSizeLessThan(TocFormat.LARGEST_PACKED);
      Files.write(folder.resolve("" + edition), table.packed());
      Files.writeString(folder.resolve(edition + ".plain"), "" + plain(table.packed()));
    }

    Path said = folder.resolve("said");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx64m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+ExitOnOutOfMemoryError",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    SmallHeap.class.getName(),
                    folder.toString()))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    int exit = process.waitFor();

    assertThat(Files.readString(said)).endsWith("3 0\n");
    assertThat(exit).isZero();
  }

  private static long plain(byte[] packed) throws Exception {
    try (InputStream text = Compression.ZSTD.decode(new ByteArrayInputStream(packed))) {
      return text.transferTo(OutputStream.nullOutputStream());
    }
  }
}

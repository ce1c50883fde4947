package io.fleetinstaller.diagnose;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.io.TarReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What a diagnosis wrote, as whoever gets it reads it. */
public final class Archive {
  private Archive() {}

  /** The text of each part, by its name. */
  public static Map<String, String> read(Path file) throws IOException {
    Map<String, String> parts = new TreeMap<>();
    try (InputStream in = Compression.GZIP.decode(Files.newInputStream(file))) {
      TarReader tar = new TarReader(in);
      for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
        parts.put(entry.get().name(), text(tar, entry.get()));
      }
    }
    return parts;
  }

  private static String text(TarReader tar, TarEntry entry) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(entry.size())];
    int read = 0;
    while (read < bytes.length) {
      read += tar.read(bytes, read, bytes.length - read);
    }
    return new String(bytes, UTF_8);
  }
}

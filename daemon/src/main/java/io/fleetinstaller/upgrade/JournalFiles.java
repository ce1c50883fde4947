package io.fleetinstaller.upgrade;

import io.fleetinstaller.io.Listing;
import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.release.PackageName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the journals are: {@code <package>/<id>.journal}. Only reads. */
record JournalFiles(Path directory) {
  private static final Logger LOG = LoggerFactory.getLogger(JournalFiles.class);
  private static final String JOURNAL = ".journal";
  private static final String CORRUPT = ".corrupt";
  private static final int MAX_BYTES = 4 << 20;

  List<PackageName> names() {
    return orEmpty(directory).stream()
        .filter(child -> !Quarantine.holds(child))
        .flatMap(child -> PackageName.of(child.getFileName().toString()).stream())
        .sorted()
        .toList();
  }

  /** Oldest first. */
  List<Path> journals(PackageName name) {
    return ending(name, JOURNAL);
  }

  List<Path> corrupt(PackageName name) {
    return ending(name, CORRUPT);
  }

  Path folder(PackageName name) {
    return directory.resolve(name.value());
  }

  Path file(Upgrade upgrade) {
    return folder(upgrade.name()).resolve(upgrade.id() + JOURNAL);
  }

  static String id(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, Math.max(0, name.indexOf('.')));
  }

  static JournalFormat.Read read(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      return new JournalFormat.Bad("it is no file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return JournalFormat.read(in.readNBytes(MAX_BYTES));
    } catch (IOException e) {
      return new JournalFormat.Unread(String.valueOf(e.getMessage()));
    }
  }

  /**
   * One above every number that any file here bears: the order of beginning, whatever the clock.
   *
   * @throws IOException rather than give a number twice
   */
  String nextId() throws IOException {
    long last = 0;
    for (Path folder : list(directory)) {
      for (Path file : list(folder)) {
        String id = id(file);
        last = id.matches("\\d{8,18}") ? Math.max(last, Long.parseLong(id)) : last;
      }
    }
    return "%08d".formatted(last + 1);
  }

  private List<Path> ending(PackageName name, String suffix) {
    return orEmpty(folder(name)).stream()
        .filter(file -> file.getFileName().toString().endsWith(suffix))
        .sorted(Comparator.comparing(file -> file.getFileName().toString()))
        .toList();
  }

  private static List<Path> orEmpty(Path folder) {
    try {
      return list(folder);
    } catch (IOException e) {
      LOG.warn("cannot list {}: {}", folder, e.getMessage());
      return List.of();
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try {
      return Listing.of(folder);
    } catch (NoSuchFileException | NotDirectoryException _) {
      return List.of();
    }
  }
}

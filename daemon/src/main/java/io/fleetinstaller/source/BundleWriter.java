package io.fleetinstaller.source;

import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.io.TarWriter;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Fault.Transient;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes a repository and packages into one file, to be carried to hosts without network: {@code
 * metadata/…} and {@code targets/…} as they are published, and an OCI layout in {@code
 * oci/<package>} for each package. The same bytes for the same content.
 */
public final class BundleWriter {
  private BundleWriter() {}

  /**
   * Writes the whole file or nothing.
   *
   * @param repository the folder that is published
   * @param layouts folders of OCI layouts by package
   */
  public static void write(Path file, Path repository, Map<PackageName, Path> layouts)
      throws Fault {
    Path partial = file.resolveSibling("." + file.getFileName() + ".partial");
    try {
      SortedMap<String, Path> entries = new TreeMap<>();
      collect(entries, "metadata", repository.resolve("metadata"));
      // What deploys nothing yet has no documents.
      Path targets = repository.resolve("targets");
      if (Files.exists(targets)) {
        collect(entries, "targets", targets);
      }
      for (Map.Entry<PackageName, Path> layout : layouts.entrySet()) {
        collect(entries, "oci/" + layout.getKey().value(), layout.getValue());
      }
      try (TarWriter tar =
          new TarWriter(new BufferedOutputStream(Files.newOutputStream(partial), 1 << 17))) {
        for (Map.Entry<String, Path> entry : entries.entrySet()) {
          add(tar, entry.getKey(), entry.getValue());
        }
      }
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new Transient(
          ReasonCode.IO_ERROR, "cannot write bundle %s: %s".formatted(file, e.getMessage()));
    } finally {
      drop(partial);
    }
  }

  private static void collect(SortedMap<String, Path> entries, String name, Path folder)
      throws IOException, Refused {
    if (!Files.isDirectory(folder)) {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot bundle %s: it is no folder; publish the repository first".formatted(folder));
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!attributes.isRegularFile()) {
              throw new IOException(file + " is neither a file nor a folder");
            }
            // What others have half written has a dot before its name.
            if (!String.valueOf(file.getFileName()).startsWith(".")) {
              String below = folder.relativize(file).toString().replace('\\', '/');
              entries.put(name + "/" + below, file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void add(TarWriter tar, String name, Path file) throws IOException {
    long size = Files.size(file);
    TarEntry entry =
        new TarEntry(
            name,
            TarEntry.Kind.FILE,
            0644,
            TarEntry.Owner.ROOT,
            FileTime.fromMillis(0),
            size,
            "",
            Map.of(),
            List.of());
    try (InputStream bytes = Files.newInputStream(file)) {
      tar.add(entry, bytes);
    }
  }

  private static void drop(Path partial) {
    try {
      Files.deleteIfExists(partial);
    } catch (IOException _) {
      // It is in nobody's way: the next bundle replaces it.
    }
  }
}

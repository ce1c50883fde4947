package io.fleetinstaller.packaging.lab;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** The product under other versions: which it is stands in the manifest of its daemon's jar. */
final class Versions {
  private Versions() {}

  /**
   * Writes its libraries with the jar that says so, and the archive of their classes: every start
   * without one costs a second of the processor.
   *
   * @param into a directory
   */
  static void write(Path distribution, String version, Path into)
      throws IOException, InterruptedException {
    List<String> jars = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(distribution.resolve("lib"))) {
      for (Path jar : all) {
        Path copy = into.resolve(jar.getFileName());
        if (jar.getFileName().toString().startsWith("daemon-")) {
          write(jar, copy, version);
        } else {
          Files.copy(jar, copy, StandardCopyOption.COPY_ATTRIBUTES);
        }
        jars.add(copy.toString());
      }
    }
    Collections.sort(jars);
    archive(distribution, String.join(":", jars), into.resolve("daemon.jsa"));
  }

  /** With the flags of the launcher, else it would not count. */
  private static void archive(Path distribution, String path, Path archive)
      throws IOException, InterruptedException {
    Process dumping =
        new ProcessBuilder(
                distribution.resolve("runtime/bin/java").toString(),
                "-XX:+UseSerialGC",
                "-Xlog:disable",
                "--enable-native-access=ALL-UNNAMED",
                "-Xshare:dump",
                "-XX:+AOTClassLinking",
                "-XX:SharedClassListFile=" + distribution.resolveSibling("daemon.classes"),
                "-XX:SharedArchiveFile=" + archive,
                "-cp",
                path)
            .inheritIO()
            .start();
    if (dumping.waitFor() != 0) {
      throw new IOException("no archive of the classes of " + path);
    }
  }

  private static void write(Path from, Path to, String version) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
    try (JarFile jar = new JarFile(from.toFile());
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(to), manifest)) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        if (!entry.isDirectory() && !entry.getName().equals(JarFile.MANIFEST_NAME)) {
          out.putNextEntry(new JarEntry(entry.getName()));
          jar.getInputStream(entry).transferTo(out);
        }
      }
    }
  }
}

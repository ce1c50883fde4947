package io.fleetinstaller.packaging.lab;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** The product under other versions: which it is stands in the manifest of its daemon's jar. */
final class Versions {
  private Versions() {}

  /**
   * Writes the jar that says so.
   *
   * @param lib of the distribution
   * @param into a directory
   */
  static void write(Path lib, String version, Path into) throws IOException {
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(lib, "daemon-*.jar")) {
      for (Path jar : jars) {
        write(jar, into.resolve(jar.getFileName()), version);
      }
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

package io.fleetinstaller.packaging.cuts;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** Where the machines come from. */
final class Laboratory {
  private static final String POINTS = "io/fleetinstaller/packaging/lab";

  private Laboratory() {}

  /** The image for this product; made first when it is none yet, which takes minutes. */
  static Machine.Image image(Path packaging, Path work) throws IOException, InterruptedException {
    Path scripts = packaging.resolve("src/test/bed/vm").toAbsolutePath();
    Path jar = work.resolve("lab.jar");
    pack(packaging.resolve("target/test-classes"), jar);
    Process script =
        new ProcessBuilder(
                scripts.resolve("image.sh").toString(),
                System.getProperty("distribution"),
                packaging.resolve("../systemd/src/main/units").toString(),
                jar.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String folder = new String(script.getInputStream().readAllBytes(), UTF_8).strip();
    if (script.waitFor() != 0) {
      throw new IOException("no image of a virtual machine was made");
    }
    return new Machine.Image(scripts, Path.of(folder));
  }

  /** The daemon with fault points, the same bytes for the same classes. */
  private static void pack(Path classes, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> files = Files.list(classes.resolve(POINTS))) {
      List<Path> sorted = files.filter(it -> it.toString().endsWith(".class")).sorted().toList();
      for (Path file : sorted) {
        JarEntry entry = new JarEntry(POINTS + "/" + file.getFileName());
        entry.setTime(0);
        entries.putNextEntry(entry);
        Files.copy(file, entries);
      }
    }
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}

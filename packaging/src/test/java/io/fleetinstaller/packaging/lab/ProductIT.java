package io.fleetinstaller.packaging.lab;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The fault switch exists in a test build only. */
final class ProductIT {
  /** What every class that could obey the switch carries. */
  private static final List<String> TRACES = List.of("packaging/lab", "fleet-installer-lab");

  @Test
  void nothing_of_the_laboratory_is_in_the_product() throws IOException {
    List<String> found = new ArrayList<>();
    int looked = 0;

    try (Stream<Path> jars =
        Files.list(Path.of(System.getProperty("distribution")).resolve("lib"))) {
      for (Path jar : jars.toList()) {
        looked += look(jar, found);
      }
    }

    assertThat(looked).as("our own classes").isGreaterThan(300);
    assertThat(found).isEmpty();
  }

  @Test
  void the_traces_are_those_of_the_laboratory() throws IOException {
    try (var in = FaultSwitch.class.getResourceAsStream("FaultSwitch.class")) {
      String bytes = new String(in.readAllBytes(), ISO_8859_1);

      assertThat(bytes).contains(TRACES);
    }
  }

  private static int look(Path jar, List<String> found) throws IOException {
    int looked = 0;
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : Collections.list(file.entries())) {
        if (!entry.getName().startsWith("io/fleetinstaller/")) {
          continue;
        }
        looked++;
        String bytes = new String(file.getInputStream(entry).readAllBytes(), ISO_8859_1);
        if (TRACES.stream().anyMatch(it -> (entry.getName() + bytes).contains(it))) {
          found.add(jar.getFileName() + " " + entry.getName());
        }
      }
    }
    return looked;
  }
}

package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@link SystemdHostContract} on the guest's systemd, with the classes of this very build. */
@ExtendWith(GuestBed.class)
final class SystemdHostIT {
  private static final String CLASSES = "/srv/contract";

  @TempDir Path gathered;

  @Test
  void a_real_systemd_keeps_the_contract(Guest guest) throws Exception {
    String classPath = CLASSES + "/*:" + CLASSES + "/" + String.join(":" + CLASSES + "/", gather());
    guest.copyIn(gathered, CLASSES);

    Guest.Result result =
        guest.run(
            "/opt/jdk/bin/java",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath,
            "org.junit.platform.console.ConsoleLauncher",
            "execute",
            "--disable-banner",
            "--disable-ansi-colors",
            "--fail-if-no-tests",
            "--select-class=" + SystemdHostContract.class.getName());

    assertThat(result.status()).as(result.out() + result.err()).isZero();
    assertThat(result.out()).contains("[         0 tests failed");
  }

  /** Copies the class path into one folder: jars as they are, folders under the names returned. */
  private List<String> gather() throws IOException {
    List<Path> entries =
        Pattern.compile(Pattern.quote(File.pathSeparator))
            .splitAsStream(classPath())
            .map(Path::of)
            .toList();
    List<String> folders = new ArrayList<>();
    for (Path entry : entries) {
      if (Files.isRegularFile(entry)) {
        Files.copy(entry, gathered.resolve(folders.size() + "-" + entry.getFileName()));
      } else if (Files.isDirectory(entry)) {
        String folder = "classes-" + folders.size();
        copyTree(entry, gathered.resolve(folder));
        folders.add(folder);
      }
    }
    return folders;
  }

  /** The runner of the tests may hide the true one behind a jar of its own. */
  private static String classPath() {
    return Optional.ofNullable(System.getProperty("surefire.test.class.path"))
        .orElse(System.getProperty("java.class.path"));
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }
}

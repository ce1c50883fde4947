package io.fleetinstaller.packaging;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fleetinstaller.io.ChildPrograms;
import io.fleetinstaller.io.Programs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What shellcheck has to say about every script of the repository. */
class ShellTest {
  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
  private static final Set<String> NOT_OURS = Set.of(".git", "target", "node_modules");
  private static final int BEGINNING = 400;

  /** A script by its first line, or a part of one by what it tells shellcheck. */
  private static final Pattern SHELL =
      Pattern.compile("\\A#! ?/bin/(ba)?sh\\b|(?m:^# shellcheck shell=)");

  @Test
  void shellcheck_finds_nothing_in_any_script() throws Exception {
    List<Path> scripts = scripts(REPOSITORY);
    requireShellcheck();

    Programs.Result verdict = shellcheck(scripts);

    assertThat(verdict.lines()).isEmpty();
    assertThat(verdict.status()).isZero();
  }

  @Test
  void scripts_are_found_by_how_they_begin() throws Exception {
    assertThat(scripts(REPOSITORY).stream().map(it -> REPOSITORY.relativize(it).toString()))
        .contains(
            ".ci/run",
            "packaging/bench",
            "packaging/demo",
            "packaging/lab",
            "packaging/lab-vm",
            "packaging/package",
            "packaging/src/bench/idle.sh",
            "packaging/src/build/archives",
            "packaging/src/distribution/bin/fleet-installer",
            "packaging/src/test/bed/guest.sh",
            "packaging/src/test/bed/inside/usr/local/lib/bed/lab",
            "systemd/src/main/resources/guard/guard")
        .doesNotContain("packaging/src/test/bed/inside/usr/local/lib/bed/lab-watch");
  }

  @Test
  void what_is_wrong_with_a_script_is_said(@TempDir Path folder) throws Exception {
    requireShellcheck();
    Files.writeString(folder.resolve("careless"), "#!/bin/sh\nrm -r $1\n");

    Programs.Result verdict = shellcheck(scripts(folder));

    assertThat(verdict.output()).contains("careless", "SC2086");
    assertThat(verdict.status()).isNotZero();
  }

  private static Programs.Result shellcheck(List<Path> scripts) throws Exception {
    List<String> words =
        new ArrayList<>(List.of("shellcheck", "-x", "-P", "SCRIPTDIR", "-f", "gcc"));
    scripts.forEach(it -> words.add(it.toString()));
    return new ChildPrograms()
        .run(Programs.Call.of(Duration.ofMinutes(2), words.toArray(String[]::new)));
  }

  private static List<Path> scripts(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes of) {
            return NOT_OURS.contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes of) throws IOException {
            if (of.isRegularFile() && SHELL.matcher(beginning(file)).find()) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }

  private static String beginning(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(BEGINNING), ISO_8859_1);
    }
  }

  private static void requireShellcheck() {
    boolean there = GuestBed.onPath("shellcheck");
    if ("true".equals(System.getenv("CI"))) {
      assertThat(there).as("shellcheck is needed in CI").isTrue();
    }
    assumeTrue(there, "SKIPPED: no shellcheck on this machine");
  }
}

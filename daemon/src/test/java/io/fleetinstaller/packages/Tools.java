package io.fleetinstaller.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fleetinstaller.io.ChildPrograms;
import io.fleetinstaller.io.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Other people's programs that tests talk to. In CI they must be there. */
public final class Tools {
  private Tools() {}

  /** Where a program is; without it the test is skipped, or fails in CI. */
  public static String find(String name) {
    Optional<Path> found =
        Stream.of("/usr/bin", "/usr/sbin", "/bin", "/usr/local/bin")
            .map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable)
            .findFirst();
    if (System.getenv("CI") == null) {
      assumeTrue(found.isPresent(), () -> "SKIPPED: " + name + " is not installed");
    }
    return found.orElseThrow(() -> new AssertionError(name + " is not installed")).toString();
  }

  /** Runs a program that must succeed; gives its output. */
  public static String run(String name, Object... arguments) throws Exception {
    List<String> argv =
        Stream.concat(Stream.of(find(name)), Stream.of(arguments).map(Object::toString)).toList();
    Programs.Result result =
        new ChildPrograms()
            .run(Programs.Call.of(Duration.ofMinutes(1), argv.toArray(String[]::new)));
    assertThat(result.succeeded()).as("%s: %s", argv, result.lines()).isTrue();
    return result.output();
  }
}

package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What one of the scripts of this folder did.
 *
 * @param status its exit status
 * @param lines all that it said, on either stream
 */
record Script(int status, List<String> lines) {

  /**
   * Runs it on the distribution that is under test, to its end.
   *
   * @param minutes it fails if it takes longer
   * @param folder where it works, and where what it says is kept
   */
  static Script run(long minutes, Path folder, String name, String... arguments)
      throws IOException, InterruptedException {
    Path output = folder.resolve(name + ".output");
    List<String> argv =
        Stream.concat(Stream.of(Path.of(name).toAbsolutePath().toString()), Stream.of(arguments))
            .toList();
    ProcessBuilder builder = new ProcessBuilder(argv);
    builder.environment().put("DISTRIBUTION", System.getProperty("distribution"));
    builder.environment().put("TMPDIR", Files.createDirectories(work(folder)).toString());
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    Process script = builder.start();
    boolean ended = script.waitFor(minutes, TimeUnit.MINUTES);
    if (!ended) {
      script.destroy();
    }
    List<String> lines = Files.readAllLines(output);
    assertThat(ended).as("%s ended in %d minutes; it said %s", name, minutes, lines).isTrue();
    return new Script(script.waitFor(), lines);
  }

  /** The folder for its temporary files, of which nothing should be left. */
  static Path work(Path folder) {
    return folder.resolve("work");
  }
}

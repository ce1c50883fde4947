package io.fleetinstaller.packaging;

import static io.fleetinstaller.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archives of classes make the program faster, and never anything else. */
final class ArchivesIT {
  private static final String OUT_OF_THE_ARCHIVE = "source: shared objects file";
  private static final Pattern OF_THE_DAEMON_ALONE =
      Pattern.compile(" (okhttp3|okio|kotlin|com\\.github\\.luben|.*yaml|ch\\.qos)\\b.*");
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  @TempDir private Path folder;
  private Path copy;
  private Path archive;
  private String desired = "packages: []";

  @BeforeEach
  void copy() throws Exception {
    copy = folder.resolve("fleet installer");
    assertThat(ran("cp", "-a", System.getProperty("distribution"), copy.toString()).status())
        .isZero();
    archive = copy.resolve("runtime/lib/cli.jsa");
  }

  @Test
  void our_classes_come_out_of_the_archive() throws Exception {
    Path loaded = folder.resolve("loaded");

    status("-Xlog:class+load:file=" + loaded);

    assertThat(ours(loaded))
        .filteredOn(line -> line.endsWith(OUT_OF_THE_ARCHIVE))
        .hasSizeGreaterThan(20);
  }

  @Test
  void those_of_the_daemon_come_out_of_an_archive_of_its_own() throws Exception {
    Path loaded = folder.resolve("loaded");

    Process daemon = daemon("-Xlog:class+load:file=" + loaded);
    Said status = status("");
    List<String> ours = ours(loaded);
    end(daemon);

    assertThat(status.status()).as(status.output()).isZero();
    assertThat(ours).filteredOn(line -> line.endsWith(OUT_OF_THE_ARCHIVE)).hasSizeGreaterThan(200);
    assertThat(ours)
        .as("loaded one by one: what happened while no archive was made may be among them")
        .filteredOn(line -> line.endsWith(".jar"))
        .hasSizeLessThan(20);
  }

  @Test
  void a_first_upgrade_finds_its_classes_there_too() throws Exception {
    Path loaded = folder.resolve("loaded");
    String digest = agent();
    desired = "packages: [{name: agent, version: \"1\", digest: \"%s\"}]".formatted(digest);

    Process daemon = daemon("-Xlog:class+load:file=" + loaded);
    eventually("it is installed", () -> Files.exists(folder.resolve("packages/agent/current")));
    List<String> ours = ours(loaded);
    end(daemon);

    assertThat(ours)
        .filteredOn(line -> line.contains(" io.fleetinstaller.slots.Unpacking "))
        .singleElement()
        .matches(line -> line.endsWith(OUT_OF_THE_ARCHIVE));
    assertThat(ours).filteredOn(line -> line.endsWith(".jar")).hasSizeLessThan(20);
  }

  /** A package without a service, in a layout; its digest. */
  private String agent() throws Exception {
    Path tree = Files.createDirectory(folder.resolve("tree"));
    Files.writeString(tree.resolve("data"), "data");
    Path descriptor =
        Files.writeString(
            folder.resolve("descriptor.yaml"),
            """
            formatVersion: 1
            name: agent
            version: "1"
            platform: {os: linux, architecture: %s}
            health: {startPeriod: 0s, interval: 100ms, stableFor: 300ms, deadline: 60s}
            """
                .formatted(System.getProperty("os.arch").replace("x86_64", "amd64")));
    Said built =
        ran(
            copy.resolve("bin/fleet-installer").toString(),
            "package",
            "build",
            tree.toString(),
            "--descriptor",
            descriptor.toString(),
            "--output",
            folder.resolve("layouts/agent").toString());
    assertThat(built.status()).as(built.output()).isZero();
    Matcher digest = DIGEST.matcher(built.output());
    assertThat(digest.find()).as(built.output()).isTrue();
    return digest.group();
  }

  @Test
  void status_loads_nothing_that_only_the_daemon_needs() throws Exception {
    Path loaded = folder.resolve("loaded");

    Process daemon = daemon("");
    Said status = status("-Xlog:class+load:file=" + loaded);
    end(daemon);

    assertThat(status.status()).as(status.output()).isZero();
    assertThat(ours(loaded)).hasSizeGreaterThan(20);
    assertThat(Files.readAllLines(loaded))
        .filteredOn(line -> OF_THE_DAEMON_ALONE.matcher(line).find())
        .isEmpty();
  }

  @Test
  void without_an_archive_that_fits_nothing_is_told_but_the_same() throws Exception {
    Said whole = status("");

    Files.write(archive, new byte[] {1, 2, 3});
    Said garbage = status("");
    Files.delete(archive);
    Said missing = status("");

    assertThat(whole.output()).contains("daemon-down");
    assertThat(List.of(garbage, missing)).containsOnly(whole);
  }

  @Test
  void an_archive_of_other_jars_is_left_alone() throws Exception {
    Said whole = status("");
    try (Stream<Path> jars = Files.list(copy.resolve("lib"))) {
      for (Path jar : jars.toList()) {
        Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000_000));
      }
    }

    assertThat(status("")).isEqualTo(whole);
  }

  private Said status(String options) throws Exception {
    return ran(
        "env",
        variable(options),
        copy.resolve("bin/fleet-installer").toString(),
        "status",
        "--socket",
        folder.resolve("socket").toString());
  }

  /** One that follows the desired file, once it is up. */
  private Process daemon(String options) throws Exception {
    Path output = folder.resolve("output");
    Files.writeString(folder.resolve("desired.yaml"), desired);
    Path settings =
        Files.writeString(
            folder.resolve("installer.yaml"),
            """
            source: {file: %1$s/desired.yaml}
            registry: {repositories: ["file:%1$s/layouts/{package}"]}
            paths: {packages: %1$s/packages, state: %1$s/state, socket: %1$s/socket, trustRoot: %1$s/root.json}
            """
                .formatted(folder));
    Process daemon =
        new ProcessBuilder(
                "env",
                variable(options),
                copy.resolve("bin/fleet-installer").toString(),
                "run",
                "--supervised",
                "--config",
                settings.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    eventually(
        "the daemon is up", () -> !daemon.isAlive() || Files.exists(folder.resolve("socket")));
    assertThat(daemon.isAlive()).as("it lives: %s", Files.readString(output)).isTrue();
    return daemon;
  }

  private static void end(Process daemon) throws InterruptedException {
    daemon.destroy();
    assertThat(daemon.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private static String variable(String options) {
    return options.isEmpty() ? "JAVA_OPTIONS=" : "_JAVA_OPTIONS=" + options;
  }

  private static List<String> ours(Path loaded) throws IOException {
    return Files.readAllLines(loaded).stream()
        .filter(line -> line.contains(" io.fleetinstaller."))
        .toList();
  }

  /** What a program said, on both its outputs, and how it ended. */
  private record Said(int status, String output) {}

  private static Said ran(String... words) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Said(process.waitFor(), output);
  }
}

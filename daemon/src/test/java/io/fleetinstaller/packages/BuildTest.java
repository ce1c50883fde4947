package io.fleetinstaller.packages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Inspection;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.toc.Toc;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a directory and a descriptor, by our own eyes and by other people's. */
class BuildTest {
  private static final Platform LINUX = new Platform("linux", "amd64");

  @TempDir private Path work;
  private Path directory;
  private Path layout;

  @BeforeEach
  void fill() throws IOException {
    layout = work.resolve("layout");
    directory = Files.createDirectories(work.resolve("agent"));
    Files.createDirectories(directory.resolve("bin"));
    Files.createDirectories(directory.resolve("empty"));
    file("bin/agent", "#!/bin/sh\nexec sleep 60\n", "rwxr-xr-x");
    file("units/agent.service", "[Service]\nExecStart=@CURRENT@/bin/agent\n", "rw-r--r--");
    file("ünï/" + "long-".repeat(30) + "name", "x".repeat(70_000), "rw-r-----");
    Files.createLink(directory.resolve("bin/other"), directory.resolve("bin/agent"));
    Files.createSymbolicLink(directory.resolve("lib"), Path.of("bin"));
  }

  @Test
  void the_same_directory_gives_the_same_bytes() throws Exception {
    Build.Built first = build("amd64", "1.0", work.resolve("one"));
    Files.setLastModifiedTime(
        directory.resolve("bin/agent"), java.nio.file.attribute.FileTime.fromMillis(12345));
    Build.Built second = build("amd64", "1.0", work.resolve("two"));

    assertThat(second.top()).isEqualTo(first.top());
    assertThat(files(work.resolve("two"))).isEqualTo(files(work.resolve("one")));
  }

  @Test
  void what_was_built_can_be_pulled() throws Exception {
    Build.Built built = build("amd64", "1.0", layout);

    Image image = registry().resolve(new PackageName("agent"), built.top(), LINUX);

    assertThat(image.descriptor()).isEqualTo(built.descriptor());
    assertThat(image.descriptor().entries()).isEqualTo(9);
    assertThat(image.descriptor().unpackedSize()).isEqualTo(24 + 40 + 70_000);
    assertThat(image.layers()).containsExactly(built.layer());
  }

  @Test
  void tar_and_zstd_unpack_its_layer() throws Exception {
    Build.Built built = build("amd64", "1.0", layout);
    Path out = Files.createDirectories(work.resolve("out"));
    Tools.find("zstd");

    Tools.run("tar", "--zstd", "-xf", blob(built), "-C", out, "--no-same-owner");
    String listing = Tools.run("tar", "--zstd", "-tvf", blob(built), "--utc", "--numeric-owner");

    assertThat(files(out)).isEqualTo(files(directory));
    assertThat(Files.readSymbolicLink(out.resolve("lib"))).isEqualTo(Path.of("bin"));
    assertThat(Files.getAttribute(out.resolve("bin/other"), "unix:nlink")).isEqualTo(2);
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(out.resolve("bin/agent"))))
        .isEqualTo("rwxr-xr-x");
    assertThat(listing).contains("-rwxr-xr-x 0/0").contains("1970-01-01");
  }

  @Test
  void zstd_makes_of_its_layer_the_very_archive_that_we_read_and_its_table_lists()
      throws Exception {
    byte[] large = new byte[3 << 20];
    new Random(1).nextBytes(large);
    Files.write(directory.resolve("large"), large);
    Build.Built built = build("amd64", "1.0", layout);
    Path tar = work.resolve("layer.tar");
    Path out = Files.createDirectories(work.resolve("out"));
    Tools.find("zstd");

    Tools.run("sh", "-c", "zstd -dc <'%s' >'%s'".formatted(blob(built), tar));
    Tools.run("tar", "-xf", tar, "-C", out, "--no-same-owner");
    Toc toc = inspect(layout + ":1.0").tocs().get(built.layer().digest());

    assertThat(Digest.of(Files.readAllBytes(tar))).isEqualTo(plain(blob(built)));
    assertThat(toc.frames()).as("each of which zstd takes for a stream").isGreaterThan(50);
    assertThat(digests(toc)).containsKey("large");
    assertThat(files(out)).containsAllEntriesOf(digests(toc));
  }

  /** What a config of OCI would call its diff_id; ours is a descriptor and names none. */
  private static Digest plain(Path layer) throws IOException {
    MessageDigest digest = Digest.algorithm();
    try (InputStream stream = Compression.ZSTD.decode(Files.newInputStream(layer))) {
      stream.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
    }
    return Digest.of(digest);
  }

  /** What a table says of its files. */
  private static Map<String, String> digests(Toc toc) {
    Map<String, String> digests = new TreeMap<>();
    for (Toc.Entry entry : toc.entries()) {
      entry.digest().ifPresent(digest -> digests.put(entry.header().name(), digest.toString()));
    }
    return digests;
  }

  @Test
  void skopeo_copies_it_and_keeps_its_digest() throws Exception {
    build("amd64", "1.0", layout);
    Build.Built both = build("arm64", "1.0", layout);
    Path copy = work.resolve("copy");

    Tools.run(
        "skopeo",
        "--insecure-policy",
        "copy",
        "--all",
        "oci:" + layout + ":1.0",
        "oci:" + copy + ":1.0");
    Image image = registry(copy).resolve(new PackageName("agent"), both.top(), LINUX);

    assertThat(image.release().digest()).isEqualTo(both.top());
    assertThat(files(copy.resolve("blobs"))).isEqualTo(reachable(both));
  }

  @Test
  void umoci_reads_the_layout() throws Exception {
    build("amd64", "1.0", layout);

    String tags = Tools.run("umoci", "ls", "--layout", layout);

    assertThat(tags.strip()).isEqualTo("1.0");
  }

  @Test
  void a_second_platform_joins_the_first_under_one_tag() throws Exception {
    Build.Built amd = build("amd64", "1.0", layout);
    Build.Built both = build("arm64", "1.0", layout);
    Build.Built again = build("arm64", "1.0", layout);

    Inspection seen = inspect(layout + ":1.0");

    assertThat(amd.top()).isEqualTo(amd.manifest().digest());
    assertThat(both.top()).isNotEqualTo(both.manifest().digest()).isEqualTo(again.top());
    assertThat(seen.top()).isEqualTo(both.top());
    assertThat(seen.images())
        .extracting(image -> image.descriptor().platform().architecture())
        .containsExactly("amd64", "arm64");
  }

  @Test
  void another_release_under_the_same_tag_replaces_the_first() throws Exception {
    build("amd64", "1.0", layout);
    descriptor("arm64", "2.0", "");
    Build.Built newer = build(layout, "1.0", Ownership.ROOT);

    Inspection seen = inspect(layout.toString());

    assertThat(newer.top()).isEqualTo(newer.manifest().digest());
    assertThat(seen.top()).isEqualTo(newer.top());
  }

  @Test
  void several_tags_live_beside_each_other_and_one_must_be_named() throws Exception {
    Build.Built one = build("amd64", "1.0", layout);
    Build.Built two = build("amd64", "1.1", layout);

    Fault fault = catchThrowableOfType(Fault.class, () -> inspect(layout.toString()));

    assertThat(inspect(layout + ":1.0").top()).isEqualTo(one.top());
    assertThat(inspect(layout + "@" + two.top()).top()).isEqualTo(two.top());
    assertThat(fault).hasMessageContaining("1.0").hasMessageContaining("1.1");
  }

  @Test
  void a_version_that_is_no_tag_gets_one() throws Exception {
    Build.Built built = build("amd64", "1.0~rc1+deb", layout);

    assertThat(built.tag()).isEqualTo("1.0_rc1_deb");
  }

  @Test
  void owners_are_roots_or_those_of_the_map() throws Exception {
    Tools.find("zstd");
    descriptor("amd64", "1.0", "");
    Ownership owners = Ownership.parse(Map.of("bin", "agent:staff", "bin/other", "1000:1001"));

    Build.Built built = build(layout, "", owners);
    String listing = Tools.run("tar", "--zstd", "-tvf", blob(built));

    assertThat(listing.lines().filter(line -> line.contains("bin/agent")).findFirst().orElseThrow())
        .contains("agent/staff");
    assertThat(listing).contains("1000/1001").contains("root/root");
  }

  @Test
  void set_uid_programs_must_be_listed() throws Exception {
    Tools.run("chmod", "4755", directory.resolve("bin/agent"));
    descriptor("amd64", "1.0", "");
    Fault unlisted = catchThrowableOfType(Fault.class, () -> build(layout, "", Ownership.ROOT));
    descriptor("amd64", "1.0", "setuid: [bin/agent, bin/other]");

    Build.Built listed = build(layout, "", Ownership.ROOT);

    assertThat(unlisted).hasMessageContaining("bin/agent").hasMessageContaining("set-uid");
    assertThat(Tools.run("tar", "--zstd", "-tvf", blob(listed))).contains("-rwsr-xr-x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          setuid: [bin/missing]          | bin/missing
          hooks: {beforeSwitch: {argv: [bin/missing], timeout: 5s}} | pack bin/missing of
          hooks: {afterSwitch: {argv: [bin/missing, x]}}   | pack bin/missing of
          health: {probes: [{exec: {argv: [bin/missing]}}]} | pack bin/missing of
          capabilities: [bin/agent]      | use setcap
          unpackedSize: 1                | it is measured
          entries: 3                     | it is measured
          colour: red                    | colour
          """)
  void a_descriptor_that_does_not_fit_is_refused(String line, String why) throws Exception {
    descriptor("amd64", "1.0", line);

    Fault fault = catchThrowableOfType(Fault.class, () -> build(layout, "", Ownership.ROOT));

    assertThat(fault).isInstanceOf(Fault.Refused.class).hasMessageContaining(why);
    assertThat(layout).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bin/agent", "/bin/true", "'@CURRENT@/bin/made-later'"})
  void a_hook_may_run_what_is_in_the_package_and_what_is_on_the_host(String program)
      throws Exception {
    descriptor("amd64", "1.0", "hooks: {beforeSwitch: {argv: [%s, x]}}".formatted(program));

    Build.Built built = build(layout, "", Ownership.ROOT);

    assertThat(built.descriptor().hooks().beforeSwitch()).isNotNull();
  }

  @Test
  void a_fifo_and_the_installers_own_folder_are_refused() throws Exception {
    descriptor("amd64", "1.0", "");
    Tools.run("mkfifo", directory.resolve("pipe"));
    Fault fifo = catchThrowableOfType(Fault.class, () -> build(layout, "", Ownership.ROOT));
    Files.delete(directory.resolve("pipe"));
    Files.createDirectories(directory.resolve(".fleet-installer"));

    Fault own = catchThrowableOfType(Fault.class, () -> build(layout, "", Ownership.ROOT));

    assertThat(fifo).hasMessageContaining("pipe");
    assertThat(own).hasMessageContaining("installer's own");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ln -s ../../etc empty/out    | empty/out
          mkdir .wh.etc                | .wh.etc
          chmod g+s empty              | empty
          """)
  void what_no_host_would_unpack_is_not_packed(String command, String named) throws Exception {
    descriptor("amd64", "1.0", "");
    Tools.run("sh", "-c", "cd '%s' && %s".formatted(directory, command));

    Fault fault = catchThrowableOfType(Fault.class, () -> build(layout, "", Ownership.ROOT));

    assertThat(fault).isInstanceOf(Fault.Refused.class).hasMessageContaining(named);
  }

  @Test
  void a_layout_in_the_packed_folder_is_refused() throws Exception {
    descriptor("amd64", "1.0", "");
    Path inside = directory.resolve("bin/out/layout");

    Fault fault = catchThrowableOfType(Fault.class, () -> build(inside, "", Ownership.ROOT));

    assertThat(fault).isInstanceOf(Fault.Refused.class).hasMessageContaining("name another");
    assertThat(inside).doesNotExist();
  }

  @Test
  void a_folder_with_other_things_is_not_written_to() throws Exception {
    descriptor("amd64", "1.0", "");
    Files.createDirectories(layout);
    Files.writeString(layout.resolve("precious"), "x");

    Fault fault = catchThrowableOfType(Fault.class, () -> build(layout, "", Ownership.ROOT));

    assertThat(fault).hasMessageContaining("other things");
    assertThat(files(layout)).containsOnlyKeys("precious");
  }

  @Test
  void more_names_than_a_host_has_memory_for_are_refused() throws Exception {
    descriptor("amd64", "1.0", "");
    Path deep = directory;
    for (int i = 0; i < 10; i++) {
      deep = deep.resolve("x".repeat(250));
    }
    Files.createDirectories(deep);
    for (int i = 0; i < 5000; i++) {
      Files.createFile(deep.resolve("" + i));
    }

    Fault fault = catchThrowableOfType(Fault.class, () -> build(layout, "", Ownership.ROOT));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.TOO_LARGE);
    assertThat(fault).hasMessageContaining("make several packages of it");
  }

  private Build.Built build(String architecture, String version, Path into) throws Exception {
    descriptor(architecture, version, "");
    return build(into, "", Ownership.ROOT);
  }

  private Build.Built build(Path into, String tag, Ownership owners) throws Fault {
    return new Build(
            directory,
            work.resolve("agent.yaml"),
            into,
            tag,
            owners,
            Instant.EPOCH,
            Compression.HARDEST)
        .run();
  }

  private void descriptor(String architecture, String version, String more) throws IOException {
    Files.writeString(
        work.resolve("agent.yaml"),
        """
        formatVersion: 1
        name: agent
        version: "%s"
        platform: {os: linux, architecture: %s}
        services:
          - name: agent.service
            unitFile: units/agent.service
            command: {argv: [bin/agent], env: {B: "2", A: "1", C: "3"}}
        %s
        """
            .formatted(version, architecture, more));
  }

  private Inspection inspect(String reference) throws Exception {
    return Inspection.of(
        Reference.parse(reference), RegistrySettings.NONE, new FakeTime(), new Random(1));
  }

  private Registry registry() {
    return registry(layout);
  }

  private static Registry registry(Path layout) {
    return new Registry(
        RegistrySettings.of(List.of("file:" + layout)), new FakeTime(), new Random(1));
  }

  private Path blob(Build.Built built) {
    return layout.resolve("blobs/sha256").resolve(built.layer().digest().hex());
  }

  private Map<String, String> reachable(Build.Built both) throws IOException {
    Map<String, String> all = files(layout.resolve("blobs"));
    assertThat(all).containsKey("sha256/" + both.top().hex());
    return all;
  }

  private void file(String name, String content, String mode) throws IOException {
    Path path = directory.resolve(name);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private static Map<String, String> files(Path folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (var walk = Files.walk(folder)) {
      for (Path path : walk.filter(Files::isRegularFile).toList()) {
        files.put(
            folder.relativize(path).toString(), Digest.of(Files.readAllBytes(path)).toString());
      }
    }
    return files;
  }

  @Test
  void the_manifest_says_what_it_is() throws Exception {
    Build.Built built = build("amd64", "1.0", layout);

    String manifest =
        Files.readString(
            layout.resolve("blobs/sha256").resolve(built.manifest().digest().hex()), UTF_8);

    assertThat(manifest)
        .contains("\"artifactType\":\"application/vnd.fleetinstaller.package.v1+json\"")
        .contains("\"org.opencontainers.image.title\":\"agent\"")
        .contains("\"org.opencontainers.image.version\":\"1.0\"");
  }
}

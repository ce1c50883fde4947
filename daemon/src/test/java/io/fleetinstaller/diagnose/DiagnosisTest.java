package io.fleetinstaller.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiagnosisTest {
  /** Every form a secret takes, each with the words that must not be found again. */
  private static final List<String> SECRETS =
      List.of(
          "hunter2a",
          "hunter2b",
          "hunter2c",
          "hunter2d",
          "hunter2e",
          "hunter2f",
          "hunter2g",
          "hunter2h",
          "hunter2i",
          "hunter2j",
          "hunter2k",
          "hunter2l",
          "hunter2m",
          "hunter2n",
          "hunter2o",
          "hunter2p",
          "hunter2q",
          "hunter2r",
          "hunter2s",
          "MIIEvQIBADANBgkqhkiG9w0",
          "0123456789abcdef0123456789abcdef",
          "dXNlcjpodW50ZXIy",
          "ghp_0123456789abcdefghij");

  private static final String LEAKS =
      """
      password=hunter2a
      Authorization: Bearer hunter2b.and-more
      GET https://joe:hunter2c@example.com/v2/ failed
      GET https://example.com/blob?X-Amz-Signature=hunter2d&x=1 failed
      {"token":"hunter2e","n":1} and {\\"secret\\":\\"hunter2f\\"}
      started with --api-key hunter2g --verbose
      DD_API_KEY=0123456789abcdef0123456789abcdef
      the key is 0123456789abcdef0123456789abcdef
      {"auths":{"registry.example.com":{"auth":"dXNlcjpodW50ZXIy"}}}
      cloning with ghp_0123456789abcdefghij
      -----BEGIN PRIVATE KEY-----
      MIIEvQIBADANBgkqhkiG9w0
      -----END PRIVATE KEY-----
      client_secret: 'hunter2h'
      license_key=hunter2i
      NEW_RELIC_LICENSE_KEY: hunter2j
      DefaultEndpointsProtocol=https;AccountName=x;AccountKey=hunter2k==;EndpointSuffix=example.net
      encryption_key = hunter2l
      snmp community: hunter2m
      asking with sk-ant-api03-hunter2n-0123, and npm_hunter2o0123456789
      posting to https://discord.com/api/webhooks/1/hunter2p
      pw=hunter2q
      create user joe identified by 'hunter2r'
      url: "https://example.com/ingest/hunter2s0123456789/x"
      sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa is told
      """;

  @TempDir Path folder;
  private Path state;
  private Path output;
  private Programs programs = call -> new Programs.Result(call, 0, false, LEAKS, LEAKS);

  @BeforeEach
  void host_full_of_secrets() throws IOException {
    state = Files.createDirectories(folder.resolve("state"));
    output = folder.resolve("out.tar.gz");
    for (String place :
        List.of(
            "installer.yaml",
            "desired.yaml",
            "state/policy.json",
            "state/policy.copy.json",
            "state/policy.json.corrupt",
            "state/armed/agent",
            "state/fired/agent.failed",
            "packages/.guard/open.agent",
            "state/claims/agent",
            "state/source/notes.json",
            "state/children/agent/agent.service",
            "state/journals/agent/00000001.journal",
            "state/trust/timestamp.json",
            "root.json",
            "units/fleet-installer.service",
            "units/fleet-installer-ended@.service",
            "units/fleet-installer.service.d/50.conf")) {
      Path file = folder.resolve(place);
      Files.createDirectories(file.getParent());
      Files.writeString(file, LEAKS);
    }
    Files.writeString(
        folder.resolve("units/fleet-installer.service.d/60.conf"),
        "[Service]\nEnvironment=DD_SITE=hunter2a \"MORE=x hunter2b\"\nSetCredential=db:hunter2c\n");
    Files.writeString(state.resolve("report.token"), "hunter2a");
    Files.writeString(state.resolve("source/report.token"), "hunter2a");
    Files.writeString(
        state.resolve("policy.json"),
        "{\"holds\":[{\"reason\":\"it said password=hunter2a\",\"authToken\":\"hunter2b\"}]}");
  }

  @Test
  void no_secret_leaves_the_host_wherever_it_lies() throws Exception {
    diagnose();

    Map<String, String> archive = archive();
    assertThat(archive.keySet())
        .contains(
            "settings/installer.yaml",
            "settings/desired.yaml",
            "settings/refused.txt",
            "state/policy.json",
            "state/source/notes.json",
            "state/policy.json.corrupt",
            "state/armed/agent",
            "state/journals/agent/00000001.journal",
            "trust.txt",
            "systemd/fleet-installer.service.txt",
            "logs/fleet-installer.service.txt",
            "disk/space.txt",
            "clock.txt",
            "versions.txt",
            "contents.txt");
    archive.forEach(
        (name, text) -> assertThat(text).as(name).doesNotContain(SECRETS.toArray(String[]::new)));
    assertThat(archive.get("logs/fleet-installer.service.txt"))
        .contains(
            "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa is told");
    assertThat(archive.get("units" + folder.resolve("units/fleet-installer.service.d/60.conf")))
        .contains("Environment=[redacted]\nSetCredential=[redacted]");
  }

  @Test
  void whatever_the_guard_does_is_told() throws Exception {
    programs = call -> new Programs.Result(call, 0, false, String.join(" ", call.argv()), "");

    diagnose();

    assertThat(archive())
        .containsKey("units" + folder.resolve("units/fleet-installer-ended@.service"));
    assertThat(archive().get("logs/guard.txt"))
        .contains("--unit=fleet-installer-guard@*", "--unit=fleet-installer-ended@*");
  }

  @Test
  void of_the_environment_only_names_are_told() throws Exception {
    diagnose();

    assertThat(archive().get("environment-names.txt")).isEqualTo("DD_SITE\nHTTPS_PROXY\n");
  }

  @Test
  void a_part_that_cannot_be_had_is_named_and_stops_no_other() throws Exception {
    programs =
        call -> {
          throw new Fault.Broken(ReasonCode.HOST_FAILED, "cannot run " + call.program());
        };

    List<String> missing = diagnose();

    assertThat(missing)
        .anyMatch(line -> line.startsWith("status.json: ") && line.contains("daemon"))
        .contains("disk/space.txt: cannot run df", "systemd/version.txt: cannot run systemctl");
    assertThat(archive().get("contents.txt"))
        .contains("systemd/version.txt: cannot be had: cannot run systemctl", "clock.txt: ");
  }

  @Test
  void what_does_not_exist_is_told_in_words() throws Exception {
    Files.delete(folder.resolve("root.json"));
    Files.delete(folder.resolve("installer.yaml"));

    List<String> missing = diagnose();

    assertThat(missing)
        .contains(
            "settings/installer.yaml: %s does not exist"
                .formatted(folder.resolve("installer.yaml")));
    assertThat(archive().get("trust.txt"))
        .startsWith(
            "%1$s: cannot be read: %1$s does not exist".formatted(folder.resolve("root.json")));
  }

  @Test
  void it_is_for_its_owner_alone_and_overwrites_nothing() throws Exception {
    diagnose();
    byte[] first = Files.readAllBytes(output);

    assertThatThrownBy(this::diagnose)
        .isInstanceOf(Fault.Refused.class)
        .hasMessageContaining("it is there already");
    assertThat(Files.readAllBytes(output)).isEqualTo(first);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(output)))
        .isEqualTo("rw-------");
    assertThat(folder.resolve(".out.tar.gz.new")).doesNotExist();
  }

  @Test
  void where_it_cannot_be_written_nothing_is_left() throws Exception {
    Path nowhere = folder.resolve("none/out.tar.gz");

    assertThatThrownBy(() -> diagnosis().write(nowhere))
        .isInstanceOf(Fault.Transient.class)
        .hasMessageContaining(
            "cannot write %s: %s does not exist; name", nowhere, folder.resolve("none"));
    assertThat(folder.resolve("none")).doesNotExist();
  }

  @Test
  void of_a_log_without_end_the_end_is_told() throws Exception {
    String line = "nothing to see here at all, and that again and again\n";
    programs =
        call ->
            new Programs.Result(
                call,
                0,
                false,
                call.argv().contains("--unit=fleet-installer.service")
                    ? line.repeat(50_000) + "the last line\n"
                    : "",
                "");

    diagnose();

    assertThat(archive().get("logs/fleet-installer.service.txt"))
        .startsWith("[the beginning of")
        .contains("the last line")
        .hasSizeLessThan(3 << 20);
  }

  private List<String> diagnose() throws Fault, InterruptedException {
    return diagnosis().write(output);
  }

  private Diagnosis diagnosis() {
    Scene scene =
        new Scene(
            folder.resolve("installer.yaml"),
            folder.resolve("packages"),
            state,
            folder.resolve("sock"),
            folder.resolve("root.json"),
            Optional.of(folder.resolve("desired.yaml")),
            List.of(folder.resolve("units")),
            Map.of("DD_SITE", "hunter2a", "HTTPS_PROXY", "http://joe:hunter2b@proxy:3128"),
            "1.2.3",
            "cannot accept installer.yaml: password=hunter2a",
            programs,
            new FakeTime());
    return new Diagnosis(scene, () -> "{\"checks\":[\"password=hunter2a\"]}");
  }

  private Map<String, String> archive() throws IOException {
    return Archive.read(output);
  }
}

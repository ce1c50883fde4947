package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.release.Fault.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsFileTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void file() {
    file = folder.resolve("installer.yaml");
  }

  @Test
  void every_key_is_read() throws Exception {
    Files.writeString(
        file,
        """
        source: {file: /etc/x/desired.yaml}
        poll: {interval: 5m}
        registry:
          repositories: ["https://registry.example.com/agents/{package}", "file:/srv/{package}"]
          authFile: /etc/x/auth.json
          ca: /etc/x/ca.pem
          proxy: {http: "http://proxy:3128", https: "http://proxy:3128", noProxy: [.internal]}
          floorRate: 20KiB
        paths: {packages: /opt/p, state: /var/s, socket: /run/s.sock}
        socket: {group: adm}
        disk: {reserve: 1GiB}
        """);

    Settings settings = SettingsFile.read(file, false);

    assertThat(settings.desiredFile()).isEqualTo(Path.of("/etc/x/desired.yaml"));
    assertThat(settings.pollInterval()).isEqualTo(Duration.ofMinutes(5));
    assertThat(settings.registry().repositories()).hasSize(2);
    assertThat(settings.registry().patience().floorRate()).isEqualTo(20 * 1024);
    assertThat(settings.paths().socket()).isEqualTo(Path.of("/run/s.sock"));
    assertThat(settings.socketGroup()).isEqualTo("adm");
    assertThat(settings.diskReserve()).isEqualTo(1L << 30);
  }

  @Test
  void an_empty_file_means_the_defaults() throws Exception {
    Files.writeString(file, "");

    assertThat(SettingsFile.read(file, false)).isEqualTo(Settings.DEFAULT);
  }

  @Test
  void only_the_default_file_may_be_missing() throws Exception {
    assertThat(SettingsFile.read(file, true)).isEqualTo(Settings.DEFAULT);
    assertThatThrownBy(() -> SettingsFile.read(file, false)).hasMessageContaining("does not exist");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sorce: {}|key 'sorce': it is not known here; allowed are disk, paths, poll, registry, socket, source",
        "source: {file: desired.yaml}|key 'source.file': 'desired.yaml' must be an absolute path",
        "source: /etc/x|key 'source': it must be an object, not a text",
        "poll: {interval: 5 minutes}|is not a duration",
        "poll: {interval: 10ms}|it must be 1s or longer",
        "registry: {repositories: https://x}|it must be a list, not a text",
        "registry: {repositories: ['ftp://x/y']}|key 'registry.repositories'",
        "registry: {proxy: {http: 'socks://p:1'}}|it must be a proxy as http://host:port",
        "registry: {floorRate: fast}|'fast' is not a size",
        "disk: {reserve: -1}|is not a size",
        "paths: {state: ''}|must be an absolute path"
      })
  void what_is_not_understood_is_refused_with_its_place(String text, String why)
      throws IOException {
    Files.writeString(file, text + "\n");

    assertThatThrownBy(() -> SettingsFile.read(file, false))
        .isInstanceOf(Refused.class)
        .hasMessageStartingWith("cannot accept " + file + " line 1")
        .hasMessageContaining(why);
  }
}

package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        poll: {interval: 5m, holdOff: 2m}
        registry:
          repositories: ["https://registry.example.com/agents/{package}", "file:/srv/{package}"]
          authFile: /etc/x/auth.json
        network:
          ca: /etc/x/ca.pem
          proxy: {http: "http://proxy:3128", https: "http://proxy:3128", noProxy: [.internal]}
          floorRate: 20KiB
          limit: {rate: 2MiB, during: {from: "08:00", for: 10h, zone: UTC}}
        host: {id: web-1, tags: {env: prod, tier: ["1", "2"]}}
        channels: [stable, beta]
        groups: [web]
        report: {url: "https://fleet.example.com/report", tokenFile: /etc/x/token}
        allowUnsigned: true
        policy: {deny: ["toy-*"], packages: {agent: {manualOnly: true}}}
        paths:
          {packages: /opt/p, state: /var/s, socket: /run/s.sock, trustRoot: /etc/r, datadogConfig: /etc/d}
        socket: {group: adm}
        disk: {reserve: 1GiB}
        """);

    Settings settings = SettingsFile.read(file, false);

    assertThat(settings.source())
        .isEqualTo(new Settings.From.DesiredFile(Path.of("/etc/x/desired.yaml")));
    assertThat(settings.poll().interval()).isEqualTo(Duration.ofMinutes(5));
    assertThat(settings.registry().repositories()).hasSize(2);
    assertThat(settings.network().patience().floorRate()).isEqualTo(20 * 1024);
    assertThat(settings.downloads().at(Instant.parse("2026-01-02T12:00:00Z"))).hasValue(2 << 20);
    assertThat(settings.downloads().at(Instant.parse("2026-01-02T20:00:00Z"))).isEmpty();
    assertThat(settings.poll().holdOff()).isEqualTo(Duration.ofMinutes(2));
    assertThat(settings.selection().tags())
        .containsEntry("env", Set.of("prod"))
        .containsEntry("tier", Set.of("1", "2"));
    assertThat(settings.selection().id()).isEqualTo("web-1");
    assertThat(settings.selection().channels()).containsExactly("stable", "beta");
    assertThat(settings.selection().groups()).containsExactly("web");
    assertThat(settings.report().url()).isEqualTo("https://fleet.example.com/report");
    assertThat(settings.report().tokenFile()).isEqualTo(Path.of("/etc/x/token"));
    assertThat(settings.allowUnsigned()).isTrue();
    assertThat(settings.policy().deny()).hasSize(1);
    assertThat(settings.policy().packages().get(new PackageName("agent")).manualOnly()).isTrue();
    assertThat(settings.registry().connections()).isEqualTo(settings.network());
    assertThat(settings.paths().socket()).isEqualTo(Path.of("/run/s.sock"));
    assertThat(settings.paths().trustRoot()).isEqualTo(Path.of("/etc/r"));
    assertThat(settings.paths().datadogConfig()).isEqualTo(Path.of("/etc/d"));
    assertThat(settings.socketGroup()).isEqualTo("adm");
    assertThat(settings.diskReserve()).isEqualTo(1L << 30);
  }

  @Test
  void a_signed_source_is_a_repository_with_mirrors_or_a_bundle() throws Exception {
    Files.writeString(file, "source: {url: 'https://one/x', mirrors: ['https://two/y']}");
    Settings repository = SettingsFile.read(file, false);
    Files.writeString(file, "source: {bundle: /media/stick/fleet.bundle}");
    Settings bundle = SettingsFile.read(file, false);

    assertThat(repository.source())
        .isEqualTo(new Settings.From.Signed(List.of("https://one/x", "https://two/y")));
    assertThat(bundle.source())
        .isEqualTo(new Settings.From.Signed(List.of("bundle:/media/stick/fleet.bundle")));
    assertThat(bundle.registry().repositories())
        .containsExactly("bundle:/media/stick/fleet.bundle!/oci/{package}");
  }

  @Test
  void an_empty_file_means_the_defaults() throws Exception {
    Files.writeString(file, "");

    assertThat(SettingsFile.read(file, false)).isEqualTo(Settings.DEFAULT);
  }

  @Test
  void the_paths_of_a_file_that_is_refused_are_known_all_the_same() throws Exception {
    Files.writeString(file, "{sorce: {}, paths: {state: /data/fi}}");
    Path damaged = Files.writeString(folder.resolve("damaged.yaml"), "{paths: {state: nowhere}}");

    assertThat(SettingsFile.paths(file).state()).isEqualTo(Path.of("/data/fi"));
    assertThat(SettingsFile.paths(damaged)).isEqualTo(Settings.Paths.DEFAULT);
    assertThat(SettingsFile.paths(folder.resolve("none"))).isEqualTo(Settings.Paths.DEFAULT);
  }

  @Test
  void a_file_may_be_named_from_where_the_caller_stands() throws Exception {
    LiveSettings settings = new LiveSettings(Path.of("no-such.yaml"), true, new FakeTime());

    assertThat(settings.file()).isAbsolute();
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
        "sorce: {}|key 'sorce': it is not known here; allowed are allowUnsigned, channels, disk, groups, host, network, paths, policy, poll, registry, report, socket, source",
        "source: {file: desired.yaml}|key 'source.file': 'desired.yaml' must be an absolute path",
        "source: /etc/x|key 'source': it must be an object, not a text",
        "poll: {interval: 5 minutes}|is not a duration",
        "poll: {interval: 10ms}|it must be from 1s to 1d",
        "poll: {interval: 2d}|it must be from 1s to 1d",
        "source: {file: /a, url: 'https://b'}|only one of file, url and bundle may stand here",
        "source: {url: 'https://b', bundle: /c}|only one of file, url and bundle may stand here",
        "source: {mirrors: ['https://b']}|mirrors stand beside a url",
        "source: {url: 'http://example.com/x'}|it must be https; plain http is for this very host only",
        "{source: {url: 'https://a/b'}, channels: [../x]}|key 'source'",
        "policy: {alow: [x]}|key 'policy.alow'",
        "report: {tokenFile: /a}|key 'report.url': it is missing",
        "host: {tags: [env]}|key 'host.tags': it must be an object",
        "registry: {repositories: https://x}|it must be a list, not a text",
        "registry: {repositories: ['ftp://x/y']}|key 'registry.repositories'",
        "network: {proxy: {http: 'socks://p:1'}}|it must be a proxy as http://host:port",
        "network: {proxy: {http: 'http://p:1', https: 'socks://p:1'}}|key 'network.proxy.https'",
        "network: {floorRate: fast}|'fast' is not a size",
        "network: {limit: {rate: 1}}|allowed is 1KiB and more",
        "report: {url: 'https://host/in?k=v'}|'https://host/in?[redacted]' takes no reports: it must end in its path, without ? or #",
        "report: {url: 'http://host/in'}|takes no reports: it must be https",
        "report: {url: 'https://joe@host/in'}|takes no reports: there is a login before the host",
        "report: {url: 'file:/in'}|takes no reports: the host is missing",
        "source: {url: 'https://host/in?k=v'}|it must end in its path, without ? or #",
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "registry: {repositories: ['https://joe:hunter2@host/{package}']}",
        "report: {url: 'http://joe:hunter2@host/reports'}",
        "registry: {repositories: ['https://joe:a/hunter2@host/{package}']}",
        "registry: {repositories: ['https://host/{package}?sig=hunter2']}",
        "report: {url: 'http://127.0.0.1:9/in?k=hunter2'}",
        "report: {url: 'https://host/in?hunter2'}",
        "report: {url: 'https://host/in#hunter2'}",
        "source: {url: 'https://host/repo?k=1&sig=hunter2'}",
        "network: {proxy: {http: 'http://joe:hunter2@ho st:1'}}",
        "network: {proxy: {http: 'http://ho st:1/?k=hunter2'}}"
      })
  void a_secret_in_what_is_refused_is_not_told(String text) throws IOException {
    Files.writeString(file, text + "\n");

    assertThatThrownBy(() -> SettingsFile.read(file, false))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("[redacted]")
        .hasMessageNotContaining("hunter2");
  }
}

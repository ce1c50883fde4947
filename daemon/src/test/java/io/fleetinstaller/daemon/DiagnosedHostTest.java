package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.Client;
import io.fleetinstaller.api.Command;
import io.fleetinstaller.api.Verb;
import io.fleetinstaller.diagnose.Archive;
import io.fleetinstaller.host.Life;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A host whose daemon answers and whose agent, operators and settings are full of secrets, and what
 * leaves it. Beside each secret stands a word that must arrive, or the secret was never there.
 */
@Timeout(60)
class DiagnosedHostTest {
  /** What no secret of this host lacks. */
  private static final String SECRET = "hunter2";

  /** In a form that evidence is not rid of when it is captured: that knows the usual ones. */
  private static final String LEAK = " license_key=hunter2-of-";

  @TempDir Path folder;
  private Stage stage;
  private Release two;

  @BeforeEach
  void a_host_full_of_secrets() throws Exception {
    stage = new Stage(folder);
    Files.writeString(
        stage.settings(),
        Files.readString(stage.settings())
            + """
            # of the settings: license_key=hunter2-of-settings
            network:
              proxy:
                http: "http://joe:hunter2-of-http@proxy.example.com:3128"
                https: "http://joe:hunter2-of-https@proxy.example.com:3128"
                # once it was "http://joe:one@hunter2-of-before@proxy.example.com:3128"
            """);
    two = stage.release("2");
    stage.host.life(two, Life.GOOD.exits(Duration.ofSeconds(2), "status 1"));
    stage.host.starting(this::lastWords);
    units();
    supervised();
    stage.start().desire(stage.release("1"));
    stage.poll();
    stage.desire(two);
    stage.write(
        Files.readString(folder.resolve("desired.yaml"))
            + "# of the desired file: license_key=hunter2-of-desired\n");
    stage.poll();
    hold();
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  void what_leaves_it_tells_all_but_the_secrets() throws Exception {
    Map<String, String> archive = diagnose();

    String units = "units" + folder.resolve("units");
    assertThat(archive.get("status.json")).contains("it is held by the vault");
    assertThat(archive.get("status.json")).contains("the last words", "my own token");
    assertThat(archive.get("history.json")).contains("the last words");
    assertThat(archive.get("plan.json")).contains("it is held by the vault");
    assertThat(archive.get("doctor.json")).contains("agent.service");
    assertThat(archive.get("state/policy.json")).contains("it is held by the vault");
    assertThat(archive.get("state/journals/agent/00000002.journal")).contains("the last words");
    assertThat(archive.get("settings/installer.yaml"))
        .contains("of the settings", "http://[redacted]@proxy.example.com:3128");
    assertThat(archive.get("settings/desired.yaml")).contains("of the desired file");
    assertThat(archive.get(units + "/agent.service"))
        .contains("the agent of the vault", "Environment=[redacted]", "ExecStart=/opt/agent/bin");
    assertThat(archive.get(units + "/agent.service.d/operator.conf"))
        .contains("what an operator wrote", "UnsetEnvironment=[redacted]");
    assertThat(archive.get("systemd/agent.service.txt")).contains("said by systemctl of agent");
    assertThat(archive.get("logs/agent.service.txt")).contains("said by journalctl of agent");
    assertThat(archive.get("logs/agent/agent.service.log")).contains("written by the agent");
    assertThat(archive.get("environment-names.txt")).isEqualTo("HTTPS_PROXY\n");
    archive.forEach((name, text) -> assertThat(text).as(name).doesNotContain(SECRET));
  }

  @Test
  void why_its_settings_are_refused_is_told_without_the_secrets_in_them() throws Exception {
    Files.writeString(
        stage.settings(),
        Files.readString(stage.settings())
            .replace("@proxy.example.com:3128", "@proxy example.com:3128"));
    stage.poll();

    Map<String, String> archive = diagnose();

    assertThat(archive.get("status.json")).contains("network.proxy.http");
    assertThat(archive.get("doctor.json")).contains("network.proxy.http");
    assertThat(archive.get("settings/refused.txt")).contains("network.proxy.http");
    assertThat(archive.get("settings/installer.yaml")).contains("of the settings");
    archive.forEach((name, text) -> assertThat(text).as(name).doesNotContain(SECRET));
  }

  private void lastWords(Slot slot) {
    if (slot.release().equals(two)) {
      stage.host.says(Stage.AGENT, "agent.service", "the last words" + LEAK + "log");
      stage.host.says(Stage.AGENT, "agent.service", "my own token: hunter2-of-token");
    }
  }

  private void hold() throws Exception {
    Command hold =
        new Command(
            Verb.HOLD,
            Optional.of(Stage.AGENT),
            Optional.empty(),
            Optional.empty(),
            "it is held by the vault" + LEAK + "hold",
            Optional.empty(),
            "ann");
    new Client(folder.resolve("sock")).submit(hold, "");
  }

  private void units() throws IOException {
    Path dropIns = Files.createDirectories(folder.resolve("units/agent.service.d"));
    Files.writeString(
        folder.resolve("units/agent.service"),
        """
        [Unit]
        Description=the agent of the vault license_key=hunter2-of-description
        [Service]
        Environment=DSN=hunter2-of-unit
        ExecStart=/opt/agent/bin --dsn joe:hunter2-of-argv@db hunter2-of-word
        """);
    Files.writeString(
        dropIns.resolve("operator.conf"),
        """
        # what an operator wrote: license_key=hunter2-of-operator
        [Service]
        Environment="DSN=hunter2-of-drop-in" \\
          "MORE=x hunter2-of-next-line"
        UnsetEnvironment=DSN=hunter2-of-unset
        SetCredential=db:hunter2-of-credential
        ExecStartPre=/bin/sh -c "login hunter2-of-shell"
        """);
  }

  /** What the supervised host would keep of it. */
  private void supervised() throws IOException {
    Path logs = Files.createDirectories(folder.resolve("state/logs/agent"));
    Files.writeString(
        logs.resolve("agent.service.log"), "written by the agent" + LEAK + "its-file\n");
  }

  private Map<String, String> diagnose() throws Exception {
    Path output = folder.resolve("out.tar.gz");
    Diagnosing.Means means =
        new Diagnosing.Means(
            DiagnosedHostTest::say,
            new SystemTime(),
            Map.of("HTTPS_PROXY", "http://joe:hunter2-of-environment@proxy.example.com:3128"),
            List.of(folder.resolve("units")),
            List.of());
    Diagnosing.of(stage.settings(), folder.resolve("sock"), means).write(output);
    return Archive.read(output);
  }

  private static Programs.Result say(Programs.Call call) {
    String program = call.program();
    String said =
        """
        said by %1$s of agent license_key=hunter2-of-%1$s
        Environment=DSN=hunter2-of-show "MORE=x hunter2-of-show"
        ExecStart={ path=/bin/agent ; argv[]=/bin/agent --dsn hunter2-of-show ; pid=1 }
        GET https://joe:hunter2-of-url@vault.example.com/v1?sig=hunter2-of-query
        """
            .formatted(program);
    return new Programs.Result(call, 0, false, said, "");
  }
}

package io.fleetinstaller.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScrubberTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Environment=API=hunter2= X=1",
        "Environment=CRED=joe:hunter2:more",
        "Environment = DB=hunter2",
        "UnsetEnvironment=DB=hunter2",
        "Environment=\"A=1\" \\\n# why\n  \"DSN=hunter2\"",
        "SetCredential=db:hunter2:abc",
        "SetCredentialEncrypted=db: \\\n  hunter2",
        "ExecStart=/bin/agent run hunter2 --pass=hunter2",
        "ExecStart={ path=/bin/agent ; argv[]=/bin/agent -p hunter2 ; pid=1 }",
        "ExecStart=/bin/agent --password /hunter2",
        "ExecStart=/bin/agent -p /hunter2/x /etc/x",
        "ExecStart=/bin/agent --password \\\n  /hunter2",
        "ExecStart=/bin/agent --password \"a /hunter2 b\"",
        "ExecStart=/bin/agent --dsn //joe:hunter2@db/x",
        "ExecStart=/bin/agent --dsn=//joe:hunter2@db/x",
        "ExecStart=/bin/agent //joe:hunter2@db/x",
        "ExecStart=/bin/agent https://joe:hunter2@db/x",
        "ExecStart=/bin/agent --hook /services/T0/B0/hunter2",
        "ExecStart=/bin/agent --log-file //joe:hunter2@db/x",
        "ExecStart=/bin/agent --config-key /hunter2",
        "ExecStart={ path=/bin/a ; argv[]=/bin/a --hook /hunter2 ; pid=1 }",
        "connecting to //joe:hunter2@db/x",
        "connecting to //joe:a/hunter2@db/x",
        "connecting to joe:hunter2@tcp(db:3306)/x",
        "http: \"http://joe:a@hunter2@proxy:3128\"",
        "https: \"http://joe:a/hunter2@proxy:1\"",
        "https: http://joe:a hunter2@proxy:1",
        "{\"password\":\"ab\\\"hunter2\"}",
        "{\\\"password\\\":\\\"ab\\\\\\\"hunter2\\\",\\\"n\\\":1}",
        "{\"token\": [\"a\", \"hunter2\"]}",
        "{\"token\":{\"a\":1, \"b\":\"hunter2\"}}",
        "password: 'ab''hunter2'",
        "password: correct horse hunter2",
        "tokens:\n- hunter2",
        "  secret: |\n    one\n\n    hunter2",
        "pass=hunter2",
        "agent --pass hunter2",
        "<password>hunter2</password>",
        "<add key=\"Password\" value=\"hunter2\"/>",
        "'password' => 'hunter2',",
        "mysql -uroot -phunter2 agent",
        "machine host login bob password hunter2",
        "agent --key hunter2",
        "curl -u joe:hunter2 x",
        "sshpass -p hunter2 ssh joe@host",
        "sshpass -p 'a hunter2' ssh joe@host",
        "agent --password \"a hunter2\" -v",
        "db:5432:metrics:joe:a hunter2",
        "db.example.com:5432:metrics:joe:hunter2",
        "*:*:*:joe:hunter2",
        "curl -ujoe:hunter2 x",
        "curl --user=joe:hunter2 x",
        "glpat-hunter2-0123456789abcd",
        "AIzahunter2-0123456789abcdefghijklmnopqr",
        "sk_live_hunter2012345",
        "https://hooks.slack.com/services/T0/B0/hunter2",
        "https://hooks.slack.com/workflows/T0/A0/hunter2",
        "https://discord.com/api/webhooks/1234/hunter2-abc",
        "https://discordapp.com/api/v10/webhooks/1234/hunter2",
        "https://example.webhook.office.com/webhookb2/hunter2@x/IncomingWebhook/hunter2",
        "https://api.telegram.org/bot123:hunter2/send",
        "sk-ant-api03-hunter2-abc",
        "sk-hunter20123456789abcdef",
        "npm_hunter20123456789",
        "hf_hunter20123456789",
        "SG.hunter2.0123456789abcdef",
        "hvs.hunter20123456789",
        "pw=hunter2",
        "DB_PW=hunter2 x",
        "{\"pw\":\"a hunter2\",\"n\":1}",
        "agent --pw hunter2",
        "PIN: hunter2",
        "\u001b[36mpassword \u001b[0m=hunter2",
        "\u001b[33mtoken\u001b[0m=hunter2 n=1",
        "{\"name\":\"DB_PASSWORD\",\"value\":\"hunter2\"}",
        "- name: DB_PASSWORD\n  value: hunter2",
        "- name: DB_PASSWORD\n  value: |\n    hunter2",
        "FERNET_KEY=hunter2",
        "HMAC_KEY: hunter2",
        "session_id=hunter2",
        "otp=hunter2",
        "signature=hunter2",
        "(\"token\", \"hunter2\")",
        "passphrase is \"hunter2\"",
        "{\\\"pin\\\":\\\"hunter2\\\"}",
        "psk = hunter2",
        "wpa_psk=\"a hunter2\"",
        ": PSK \"a hunter2\"",
        "create user joe identified by 'a hunter2'",
        "CREATE USER joe IDENTIFIED WITH caching_sha2_password BY 'hunter2'",
        "identified by hunter2",
        "alter user joe with password 'a hunter2'",
        "url: \"https://example.com/ingest/hunter20123456789/x\"",
        "cannot report to http://127.0.0.1:9/ingest/0123456789hunter2: it answered 500",
        "https://example.com/a-hunter2abcdefgh/x and https://example.com/x/hunter2abcdefghi.",
      })
  void a_secret_in_a_text_is_hidden(String text) {
    String clean = Scrubber.scrub("a.txt", text + "\nplain");

    assertThat(clean).doesNotContain("hunter2").endsWith("\nplain");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"token\":[\"hunter2\"]}",
        "{\"evidence\":[\"- name: DB_PASSWORD\",\"  value: hunter2\"]}",
        "{\"evidence\":[\"password: |\",\"  hunter2\",\"n: 1\"]}",
        "{\"password\":{\"value\":\"hunter2\"}}",
        "{\"a\":[{\"authKey\":[[\"hunter2\"]]}]}",
        "{\"proxy\":\"http://joe:a/b@hunter2@proxy\"}",
      })
  void whatever_stands_under_a_secret_key_is_hidden(String json) {
    String clean = Scrubber.scrub("a.json", json);

    assertThat(clean).doesNotContain("hunter2").contains("[redacted]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ExecStart=/opt/agent/bin/agent --config /etc/agent.yaml",
        "ExecStart=/bin/sh /var/lib/guard",
        "ExecStart=-/bin/true ; /usr/bin/agent --log-file /var/log/agent.log -v",
        "ExecStart={ path=/bin/a ; argv[]=/bin/a /etc/a.conf --quiet ; }",
        "docker.io/library/agent:1.9@sha256:abc",
        "ExecMainStartTimestamp=Sat 2026-11-21 09:25:16 UTC",
        "file:/registry/agent@sha256:abc and https://example.com/agent@sha256:abc",
        "probe service: running [required; 8 passed, 0 failed]",
        "{\"step\":\"FETCH\",\"done\":true}",
        "pin: 1.9.0",
        "SyntaxError: Unexpected token '<', \"<html>\" is not valid JSON",
        "primary_key: id\n  on: update",
        "cannot read it: bad signature: it is of another key",
        "{\"pin\":{\"version\":\"1.9.0\"}} pin: sha256:abc",
        "it spins: 1234, spawned pwsh: ok",
        "agent-0123456789ab of fleet-installer-guard@agent.service",
        "https://example.com/fleet/datadog-agent-ubuntu2204-amd64/manifests/1.9.0-abcdef012345678",
        "https://example.com/v2/datadog-agent-7/blobs/sha256:"
            + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "https://example.com/oci/blobs/sha256/"
            + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "https://example.com/observability/platform-engineering/{package}",
        "https://example.com/fleet/agent2026abc0123456:1.9 is a tag",
        "npm_config_registry_of_2026 and sk-learn-models-2026",
      })
  void what_is_no_secret_is_told(String text) {
    String clean = Scrubber.scrub("a.txt", text);

    assertThat(clean).isEqualTo(text);
  }

  @Test
  void a_key_in_a_path_of_a_command_is_hidden() {
    String clean =
        Scrubber.scrub("a.txt", "ExecStart=/bin/agent /v1/0123456789abcdef0123456789abcdef");

    assertThat(clean).isEqualTo("ExecStart=/bin/agent /v1/[redacted]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-eyJ",
        "://",
        "-",
        "password=\\\"",
        "\\",
        "token:[",
        "-u",
        "AIza-",
        "a@",
        "a:",
        "//a:",
        "http://a/",
        "http://a/0123456789abcdefx",
        "SG.aaaaaa",
        "identified by '",
        "pin:"
      })
  @Timeout(15)
  void a_log_made_to_be_slow_is_read_in_no_time(String piece) {
    String line = piece.repeat(16_000 / piece.length()) + "\n";

    String clean = Scrubber.scrub("a.txt", line.repeat(20));

    assertThat(clean).isNotEmpty();
  }

  @Test
  void a_number_under_a_secret_key_is_hidden() {
    String clean = Scrubber.scrub("a.json", "{\"secret\":12345678}");

    assertThat(clean).doesNotContain("12345678");
  }
}

package io.fleetinstaller.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.HealthCheck;
import io.fleetinstaller.release.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DescriptorFormatTest {
  private static final String FULL =
      """
      {"formatVersion":1,"name":"node-exporter","version":"1.9.0",
       "platform":{"os":"linux","architecture":"amd64"},
       "services":[{"name":"node-exporter.service","unitFile":"units/node-exporter.service",
         "command":{"argv":["bin/node_exporter","--port=9100"],"env":{"B":"2","A":"1"},
                    "user":"node_exporter","stopTimeout":"15s"}}],
       "health":{"startPeriod":"1s","interval":"2s","timeout":"3s","failureThreshold":4,
         "stableFor":"1m","deadline":"2m",
         "probes":[{"service":{}},{"http":{"url":"http://127.0.0.1:9100/","body":"ok"}},
                   {"tcp":{"port":9100},"severity":"wanted"},{"exec":{"argv":["bin/check"]}},
                   {"log":{"absent":"panic|FATAL"}}]},
       "hooks":{"beforeSwitch":{"argv":["bin/prepare"]}},
       "users":[{"name":"node_exporter"}],
       "directories":[{"path":"/var/lib/x","owner":"node_exporter","mode":"0750"}],
       "configFiles":[{"source":"etc/x.yaml","path":"/etc/x/x.yaml"}],
       "state":[{"path":"/var/lib/x"},{"path":"/var/lib/xy"}],"pointOfNoReturn":true,
       "immutable":true,"setuid":["bin/ping"],"capabilities":["bin/ping"],"unpackedSize":123,"entries":45}
      """;

  @Test
  void every_word_of_a_descriptor_arrives() throws Refused {
    Descriptor read = DescriptorFormat.read("descriptor", bytes(FULL));

    assertThat(read.services().getFirst().command().env()).isEqualTo(Map.of("A", "1", "B", "2"));
    assertThat(read.services().getFirst().command().stopTimeout()).hasSeconds(15);
    assertThat(read.health().probes())
        .contains(new HealthCheck.Tcp(9100, false), new HealthCheck.LogAbsent("panic|FATAL", true));
    assertThat(read.health().stableFor()).isEqualTo(Duration.ofMinutes(1));
    assertThat(read.hooks().beforeSwitch().timeout()).hasSeconds(30);
    assertThat(read.hooks().afterSwitch()).isNull();
    assertThat(read.configFiles())
        .containsExactly(new Descriptor.ConfigFile("etc/x.yaml", "/etc/x/x.yaml", "root", "0644"));
    assertThat(read.data())
        .isEqualTo(new Descriptor.Data(List.of("/var/lib/x", "/var/lib/xy"), true));
    assertThat(read.immutable()).isTrue();
    assertThat(read.setuid()).containsExactly("bin/ping");
    assertThat(read.unpackedSize()).isEqualTo(123);
    assertThat(read.entries()).isEqualTo(45);
  }

  @Test
  void what_is_written_reads_back_equal_and_always_gives_the_same_bytes() throws Refused {
    Descriptor first = DescriptorFormat.read("descriptor", bytes(FULL));

    byte[] written = DescriptorText.bytes(first);
    Descriptor second = DescriptorFormat.read("written", written);

    assertThat(second).isEqualTo(first);
    assertThat(DescriptorText.bytes(second)).isEqualTo(written);
    assertThat(new String(written, StandardCharsets.UTF_8)).contains("\"A\":\"1\",\"B\":\"2\"");
  }

  @Test
  void a_minimal_descriptor_gets_the_usual_health_check() throws Refused {
    Descriptor read = DescriptorFormat.read("descriptor", bytes(minimal("")));

    assertThat(read.health()).isEqualTo(HealthCheck.DEFAULT);
    assertThat(read.services()).isEmpty();
  }

  @Test
  void a_draft_may_leave_its_extent_to_whoever_measures() throws Refused {
    String yaml =
        "formatVersion: 1\nname: x\nversion: 1.10\nplatform: {os: linux, architecture: amd64}\n";

    DescriptorFormat.Draft draft = DescriptorFormat.draft(Document.yaml("x.yaml", bytes(yaml)));

    assertThat(draft.descriptor().version()).hasToString("1.10");
    assertThat(draft.unpackedSize()).isEmpty();
    assertThat(draft.entries()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          "colour":"red"                                           | colour
          "services":[{"name":"x"}]                                | neither unitFile nor command
          "services":[{"name":"-x","command":{"argv":["x"]}}]      | not a service's name
          "services":[{"name":"x","unitFile":"u/x"}]               | must end in .service
          "services":[{"name":"x.service","unitFile":"../x"}]      | not a path inside the package
          "services":[{"name":"x","command":{"argv":[]}}]          | begin with the program
          "services":[{"name":"x","command":{"argv":["x"]}},{"name":"x","command":{"argv":["x"]}}] | twice
          "services":[{"name":"x","command":{"argv":["x"],"env":{"A=B":"1"}}}] | not a variable's name
          "services":[{"name":"x","command":{"argv":["x"],"stopTimeout":"2h"}}] | at most 1h
          "health":{"failureThreshold":0}                          | from 1 to 100
          "health":{"stableFor":"5m","deadline":"5m"}              | longer than stableFor
          "health":{"probes":[{"ping":{}}]}                        | exactly one of
          "health":{"probes":[{"tcp":{"port":1},"service":{}}]}    | exactly one of
          "health":{"probes":[{"service":{},"severity":"some"}]}   | required or wanted
          "health":{"probes":[{"tcp":{"port":70000}}]}             | from 1 to 65535
          "health":{"probes":[{"http":{"url":"ftp://x/"}}]}        | not an http or https address
          "health":{"probes":[{"http":{"url":"http://x/","body":"("}}]} | Unclosed
          "users":[{"name":"Root"}]                                | not a user's name
          "directories":[{"path":"var/lib/x"}]                     | not a path on the host
          "directories":[{"path":"/var/../etc"}]                   | not a path on the host
          "directories":[{"path":"/var/x","mode":"4755"}]          | not a mode
          "configFiles":[{"source":"/etc/passwd","path":"/x"}]     | not a path inside the package
          "state":[{"path":"var/lib/x"}]                           | not a path on the host
          "state":[{"path":"/var/lib/ä"}]                          | ASCII
          "state":[{"path":"/var/x"},{"path":"/var/x/y"}]          | overlap
          "state":[{"path":"/var/x/y"},{"path":"/var/x"}]          | overlap
          "state":[{"path":"/a/a"},{"path":"/a/b"},{"path":"/a/c"},{"path":"/a/d"},{"path":"/a/e"},{"path":"/a/f"},{"path":"/a/g"},{"path":"/a/h"},{"path":"/a/i"}] | there may be 8 at most
          "pointOfNoReturn":true                                   | name the directories of its data
          "setuid":["bin//x"]                                      | not a path inside the package
          "platform":{"os":"linux","architecture":"amd64","os":"x"} | stands there twice
          """)
  void an_impossible_value_is_refused_with_its_place(String part, String why) {
    byte[] json = bytes(minimal("," + part));

    Refused refused = refusal(json);

    assertThat(refused.reason().code()).isEqualTo(ReasonCode.MALFORMED);
    assertThat(refused).hasMessageContaining("descriptor").hasMessageContaining(why);
  }

  @Test
  void a_newer_format_is_named_as_such() {
    byte[] json = bytes("{\"formatVersion\":2,\"newThing\":1}");

    Refused refused = refusal(json);

    assertThat(refused)
        .hasMessageContaining("formatVersion")
        .hasMessageContaining("newer installer");
  }

  @Test
  void a_package_must_declare_its_extent() {
    byte[] json = bytes(minimal("").replace(",\"entries\":1", ""));

    Refused refused = refusal(json);

    assertThat(refused).hasMessageContaining("entries").hasMessageContaining("missing");
  }

  @Test
  void a_descriptor_over_one_mebibyte_is_refused() {
    byte[] json = bytes(minimal("") + " ".repeat(DescriptorFormat.LARGEST));

    Refused refused = refusal(json);

    assertThat(refused).hasMessageContaining("more than the 1048576 allowed");
  }

  private static String minimal(String more) {
    return """
    {"formatVersion":1,"name":"x","version":"1","unpackedSize":1,"entries":1%s%s}\
    """
        .formatted(
            more.contains("\"platform\"")
                ? ""
                : ",\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}",
            more);
  }

  private static Refused refusal(byte[] json) {
    return catchThrowableOfType(Refused.class, () -> DescriptorFormat.read("descriptor", json));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

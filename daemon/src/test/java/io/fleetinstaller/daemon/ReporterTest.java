package io.fleetinstaller.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import dev.harrel.jsonschema.providers.SnakeYamlNode;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.report.HostReport;
import io.fleetinstaller.report.PastUpgrade;
import io.fleetinstaller.report.Samples;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a daemon tells the fleet's server, on a real one. */
class ReporterTest {
  @TempDir Path folder;

  @Test
  @SuppressWarnings("try")
  void a_host_that_is_upgraded_tells_of_it_until_somebody_listens() throws Exception {
    try (MockWebServer server = new MockWebServer();
        Stage stage = new Stage(folder)) {
      server.start();
      server.enqueue(new MockResponse.Builder().code(500).build());
      for (int i = 0; i < 50; i++) {
        server.enqueue(new MockResponse.Builder().code(204).build());
      }
      Path settings = folder.resolve("installer.yaml");
      Files.writeString(
          settings,
          Files.readString(settings) + "report: {url: \"%s\"}\n".formatted(server.url("/hosts")));
      Release one = stage.release("1");
      stage.desire(one);

      stage.start().poll();
      stage.time.pass(java.time.Duration.ofHours(2));
      stage.poll();

      Document told = told(server, stage, "upgraded");
      assertThat(told.object("daemon").text("host")).isEqualTo("fake");
      assertThat(told.objects("packages").getFirst().object("current").text("version"))
          .isEqualTo("1");
    }
  }

  @Test
  void every_report_fits_the_published_schema() throws Exception {
    List<PastUpgrade> outcomes = Samples.history().upgrades();

    for (HostReport report :
        List.of(
            new HostReport(Samples.host(), outcomes),
            new HostReport(Samples.signed(), List.of()))) {
      assertThat(errors(new String(report.bytes(), UTF_8))).isEmpty();
    }
    String wrong = new String(new HostReport(Samples.host(), outcomes).bytes(), UTF_8);
    assertThat(errors(wrong.replace("\"reverted\"", "\"lost\""))).isNotEmpty();
    String waits = new String(new HostReport(Samples.signed(), List.of()).bytes(), UTF_8);
    assertThat(waits).contains("\"waits\":{\"for\":\"https://registry.example.com:5000/");
    assertThat(errors(waits.replace("\"waits\":{\"for\"", "\"waits\":{\"who\""))).isNotEmpty();
  }

  /** The first report in which the last upgrade of a package ended so. */
  private static Document told(MockWebServer server, Stage stage, String end) throws Exception {
    for (int patience = 300; patience > 0; patience--) {
      RecordedRequest request = server.takeRequest(100, TimeUnit.MILLISECONDS);
      if (request == null) {
        // Whoever tries again later may have begun to wait only now, and each look wakes it.
        stage.time.pass(java.time.Duration.ofHours(1));
        stage.poll();
        continue;
      }
      assertThat(request.getMethod()).isEqualTo("POST");
      String body = request.getBody().utf8();
      assertThat(errors(body)).isEmpty();
      Document report = Document.json("report", body.getBytes(UTF_8));
      for (Document outcome : report.objects("outcomes")) {
        if (outcome.text("end").equals(end)) {
          return report;
        }
      }
    }
    throw new AssertionError("no report in which an upgrade " + end);
  }

  private static List<String> errors(String report) throws Exception {
    try (InputStream schema =
        ReporterTest.class.getResourceAsStream("/schema/report.schema.json")) {
      Validator.Result result =
          new ValidatorFactory()
              .withJsonNodeFactory(new SnakeYamlNode.Factory())
              .validate(new String(schema.readAllBytes(), UTF_8), report);
      return result.getErrors().stream().map(error -> Json.pretty(error.toString())).toList();
    }
  }
}

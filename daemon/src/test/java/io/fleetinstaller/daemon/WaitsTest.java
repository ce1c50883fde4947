package io.fleetinstaller.daemon;

import static io.fleetinstaller.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.cli.Screens;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.supply.LayoutServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whom an upgrade waits for is told as long as nothing comes, and no longer. */
@Timeout(60)
final class WaitsTest {
  private static final String BUSY =
      """
      {"errors": [{"message": "no capacity, token=hunter2"}]}
      """;

  @TempDir Path folder;
  private final List<String> told = new CopyOnWriteArrayList<>();
  private Stage stage;
  private LayoutServer server;

  /** Whatever is asked for, it is busy at first; each time it looks what explain says. */
  @BeforeEach
  void a_registry_that_is_busy_when_it_is_asked_for_something_for_the_first_time()
      throws Exception {
    stage = new Stage(folder);
    Release one = stage.release("1");
    stage.desire(one);
    server = new LayoutServer(stage.layout());
    Set<String> asked = ConcurrentHashMap.newKeySet();
    server.lie(part -> {
      told.add(now());
      return asked.add(Digest.of(part.blob()) + " " + part.from())
          ? Optional.of(
              new MockResponse.Builder().code(503).addHeader("Retry-After", "7").body(BUSY).build())
          : Optional.empty();
    });
  }

  @AfterEach
  void stop() throws Exception {
    stage.close();
    server.close();
  }

  @Test
  void an_upgrade_that_begins_by_itself_tells_whom_it_waits_for() throws Exception {
    follow("");

    stage.start();
    eventually("everything was asked for", () -> told.size() >= eachAskedTwice().size());
    eventually("it is there", () -> stage.explain().has("current"));

    assertThat(told).containsExactlyElementsOf(eachAskedTwice());
  }

  @Test
  void one_that_a_person_asked_for_does_too() throws Exception {
    follow("policy: {packages: {agent: {manualOnly: true}}}");
    stage.start();

    stage.order(Verb.INSTALL);

    assertThat(stage.current()).isEqualTo("1");
    assertThat(told).containsExactlyElementsOf(eachAskedTwice());
  }

  /** Manifest and descriptor, then the layer's table and the layer. */
  private List<String> eachAskedTwice() {
    String repository = server.address().replace("{package}", "agent");
    List<String> lines = new ArrayList<>();
    for (String step : List.of("fetch", "fetch", "unpack", "unpack")) {
      lines.add(step);
      lines.add(
          "%s, asks %s again since HH:MM:SS UTC (it answered 503 (no capacity, token=[redacted])"
              .formatted(step, repository));
    }
    return lines;
  }

  /** What explain says of the upgrade that is under way, without the time of day. */
  private String now() {
    try {
      Document document = stage.explanation();
      Document upgrade = document.object("package").object("upgrade");
      String line =
          Screens.explain(document)
              .lines()
              .filter(each -> each.startsWith("  now"))
              .findFirst()
              .orElseThrow();
      assertThat(upgrade.has("waits")).isEqualTo(line.contains(" again since "));
      return line.substring("  now".length())
          .strip()
          .replaceFirst("[0-9]{2}:[0-9]{2}:[0-9]{2} UTC", "HH:MM:SS UTC");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void follow(String more) throws Exception {
    String settings = Files.readString(stage.settings());
    Files.writeString(
        stage.settings(),
        settings.replaceFirst("repositories: .*", "repositories: [\"" + server.address() + "\"]}")
            + more
            + "\n");
  }
}

package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two packages, one of which brings its data back when it reverts. */
final class NeighboursTest {
  private static final PackageName OTHER = new PackageName("other");

  @TempDir Path folder;
  private Stage stage;

  @BeforeEach
  void open() throws Exception {
    folder = folder.toRealPath();
    Files.createDirectories(folder.resolve("var"));
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("var"));
    stage = new Stage(folder);
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @ParameterizedTest
  @CsvSource({
    "state, var/agent, state, var/agent/deep",
    "state, var/agent, state, var",
    "state, var/agent, directories, var/agent/deep",
    "state, var/agent, directories, var/agent",
    "state, var/agent, state, link/agent",
    "directories, var/agent, state, var",
  })
  void data_of_one_that_holds_what_the_other_has_is_refused(
      String first, String there, String second, String wanted) throws Exception {
    Release one = release(Stage.AGENT, first, there);
    Release two = release(OTHER, second, wanted);
    stage.start().desire(one);
    stage.poll();

    stage.desire(one, two);
    stage.poll();

    assertThat(stage.explain(OTHER).object("last").object("reason").text("sentence"))
        .contains("cannot install other", folder.resolve(wanted).toString(), "of package agent");
    assertThat(stage.host.deeds).noneMatch(deed -> deed.startsWith("install other"));
  }

  @ParameterizedTest
  @CsvSource({
    "directories, var/agent, directories, var/agent/deep",
    "state, var/agent, state, var/agent-too",
  })
  void what_no_revert_of_the_other_takes_along_is_allowed(
      String first, String there, String second, String wanted) throws Exception {
    Release one = release(Stage.AGENT, first, there);
    Release two = release(OTHER, second, wanted);

    stage.start().desire(one, two);
    stage.poll();

    assertThat(stage.explain(OTHER).object("last").text("end")).isEqualTo("upgraded");
  }

  @Test
  void a_package_is_not_in_its_own_way() throws Exception {
    Release one = release(Stage.AGENT, "state", "var/agent");
    Release two =
        stage.release(
            Stage.AGENT, "2", "2", "state: [{path: %s}],".formatted(folder.resolve("var/agent")));
    stage.start().desire(one);
    stage.poll();

    stage.desire(two);
    stage.poll();

    assertThat(stage.current()).isEqualTo("2");
  }

  private Release release(PackageName name, String kind, String place) throws Exception {
    String more = "%s: [{path: %s}],".formatted(kind, folder.resolve(place));
    return stage.release(name, "1", name.value(), more);
  }
}

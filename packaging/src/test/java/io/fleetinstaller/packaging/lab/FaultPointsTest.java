package io.fleetinstaller.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FaultPointsTest {
  @TempDir Path folder;
  private final List<String> made = new ArrayList<>();

  @Test
  void an_effect_fails_at_its_occurrence_and_at_no_other() throws Exception {
    FaultPoints points = points("2 before eio 1 append journals");

    pass(points, "append journals");
    pass(points, "replace armed");
    assertThatThrownBy(() -> pass(points, "append journals")).hasMessage("Input/output error");
    pass(points, "append journals");

    assertThat(made).containsExactly("append journals", "replace armed", "append journals");
    assertThat(folder.resolve("fired")).content().contains("eio at append journals");
  }

  @Test
  void an_effect_that_fails_after_it_was_made_was_made() throws Exception {
    FaultPoints points = points("1 after eio 1 point current");

    assertThatThrownBy(() -> pass(points, "point current")).isInstanceOf(IOException.class);

    assertThat(made).containsExactly("point current");
  }

  @Test
  void on_a_full_disk_only_what_needs_room_fails_and_as_often_as_asked() throws Exception {
    FaultPoints points = points("1 before enospc 2 *");

    assertThatThrownBy(() -> pass(points, "replace armed")).hasMessage("No space left on device");
    points.pass("delete armed", false, () -> made.add("delete armed"));
    assertThatThrownBy(() -> pass(points, "create journals")).isInstanceOf(IOException.class);
    pass(points, "replace armed");

    assertThat(made).containsExactly("delete armed", "replace armed");
  }

  @Test
  void a_strike_happens_once_also_across_a_restart() throws Exception {
    FaultPoints before = points("1 before eio 1 replace armed", "1 before eio 1 point current");
    assertThatThrownBy(() -> pass(before, "replace armed")).isInstanceOf(IOException.class);

    FaultPoints after = new FaultPoints(here());
    pass(after, "replace armed");
    assertThatThrownBy(() -> pass(after, "point current")).isInstanceOf(IOException.class);

    assertThat(new FaultPoints(here())).isNotNull();
    assertThat(folder.resolve("switch")).isEmptyFile();
  }

  @Test
  void occurrences_are_counted_on_in_the_daemon_that_comes_next() throws Exception {
    FaultPoints before = points("2 before eio 1 replace armed", "1 before eio 1 replace armed");
    pass(before, "replace armed");
    FaultPoints after = new FaultPoints(here());

    assertThatThrownBy(() -> pass(after, "replace armed")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> pass(before, "replace armed")).isInstanceOf(IOException.class);
    pass(before, "replace armed");

    assertThat(made).hasSize(2);
  }

  @Test
  void a_switch_that_others_may_touch_is_refused() throws Exception {
    points("1 before kill 1 replace armed");
    Files.setPosixFilePermissions(
        folder.resolve("switch"), PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(() -> new FaultPoints(here())).hasMessageContaining("mode 0600");
  }

  @Test
  void a_switch_of_somebody_else_is_refused() throws Exception {
    points("1 before kill 1 replace armed");
    FaultSwitch ofAnother = new FaultSwitch(folder, "somebody-else");

    assertThatThrownBy(() -> new FaultPoints(ofAnother)).hasMessageContaining("somebody-else");
  }

  @Test
  void without_a_switch_nothing_goes_wrong() throws Exception {
    FaultPoints points = new FaultPoints(here());

    pass(points, "replace armed");

    assertThat(made).containsExactly("replace armed");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void effects_are_recorded_when_asked_for() throws Exception {
    Files.createFile(folder.resolve("record"));
    FaultPoints points = new FaultPoints(here());

    pass(points, "replace armed");
    pass(points, "point current");

    assertThat(folder.resolve("record")).hasContent("replace armed\npoint current\n");
  }

  private FaultPoints points(String... strikes) throws IOException {
    Path file = folder.resolve("switch");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(file, List.of(strikes));
    return new FaultPoints(here());
  }

  private FaultSwitch here() {
    return new FaultSwitch(folder, System.getProperty("user.name"));
  }

  private void pass(FaultPoints points, String name) throws Exception {
    points.pass(name, true, () -> made.add(name));
  }
}

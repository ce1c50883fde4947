package io.fleetinstaller.data;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.Needs;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Root renames what a path leads to: nobody else may decide what that is. */
final class GroundTest {
  private static final int SOMEBODY = 4321;

  @TempDir Path folder;
  private final Ground ground = new Ground();
  private Path victim;
  private Path theirs;

  @BeforeEach
  void open() throws IOException {
    folder = folder.toRealPath();
    victim = Files.createDirectories(folder.resolve("victim/data"));
    theirs = Files.createDirectories(folder.resolve("theirs"));
  }

  @Test
  void a_link_in_the_directory_of_another_user_is_refused() throws Exception {
    Needs.root();
    Path data = Files.createSymbolicLink(theirs.resolve("data"), victim);
    Files.setAttribute(theirs, "unix:uid", SOMEBODY);

    assertRefused(data);
  }

  @Test
  void a_link_of_ours_that_leads_through_one_of_theirs_is_refused() throws Exception {
    Needs.root();
    Path turned = Files.createSymbolicLink(theirs.resolve("turned"), victim);
    Path data = Files.createSymbolicLink(folder.resolve("data"), turned);
    Path parent = Files.createSymbolicLink(folder.resolve("parent"), turned);
    Files.setAttribute(theirs, "unix:uid", SOMEBODY);

    assertRefused(data);
    assertRefused(parent.resolve("deep"));
  }

  @Test
  void a_link_where_anybody_may_put_one_is_refused() throws Exception {
    Path data = Files.createSymbolicLink(theirs.resolve("data"), victim);
    Files.setAttribute(theirs, "unix:mode", 01777);

    assertRefused(data);
  }

  @Test
  void a_place_where_a_group_may_put_something_is_refused() throws Exception {
    Needs.root();
    Files.setAttribute(theirs, "unix:gid", SOMEBODY);
    Files.setAttribute(theirs, "unix:mode", 01775);

    assertRefused(theirs.resolve("data"));
  }

  @Test
  void links_without_end_are_refused() throws Exception {
    Path round = Files.createSymbolicLink(folder.resolve("round"), folder.resolve("about"));
    Files.createSymbolicLink(folder.resolve("about"), round);

    assertRefused(round);
  }

  @Test
  void links_of_our_own_are_followed() throws Exception {
    Path parent = Files.createSymbolicLink(folder.resolve("parent"), Path.of("theirs/../victim"));
    Path data = Files.createSymbolicLink(folder.resolve("data"), Path.of("parent/data"));

    assertThatCode(() -> ground.admit(data)).doesNotThrowAnyException();
    assertThatCode(() -> ground.admit(parent.resolve("none"))).doesNotThrowAnyException();
  }

  private void assertRefused(Path data) {
    assertThatThrownBy(() -> ground.admit(data))
        .isInstanceOf(Fault.Refused.class)
        .extracting(thrown -> ((Fault) thrown).reason().code())
        .isEqualTo(ReasonCode.INSECURE_FILE);
  }
}

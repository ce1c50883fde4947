package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MountUnitsTest {
  @Test
  void every_folder_above_may_be_a_mount_and_each_is_named_once() {
    assertThat(MountUnits.above(Path.of("/srv/no-such"), Path.of("/srv/.a+b/c:d_e.f")))
        .isEqualTo("srv.mount srv-no\\x2dsuch.mount srv-.a\\x2bb.mount srv-.a\\x2bb-c:d_e.f.mount");
  }

  @Test
  void a_leading_dot_is_told_otherwise() {
    assertThat(MountUnits.above(Path.of("/.none"))).isEqualTo("\\x2enone.mount");
  }

  @Test
  void links_are_followed_too(@TempDir Path folder) throws Exception {
    Path disk = Files.createDirectory(folder.toRealPath().resolve("disk"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), disk);

    assertThat(MountUnits.above(link)).contains("-link.mount", "-disk.mount");
  }
}

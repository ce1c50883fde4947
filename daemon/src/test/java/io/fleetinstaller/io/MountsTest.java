package io.fleetinstaller.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class MountsTest {
  @Test
  void points_are_read_with_their_escapes() {
    assertThat(
            Mounts.points(
                """
                22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw
                23 22 0:21 / /proc rw,nosuid shared:5 - proc proc rw
                24 22 8:17 /a /mnt/two\\040words\\134\\011x rw - ext4 /dev/sdb1 rw
                25 22 0:4 net:[4026532] net:[4026532] rw - nsfs nsfs rw
                26
                """
                    .getBytes(UTF_8)))
        .containsExactly(Path.of("/"), Path.of("/proc"), Path.of("/mnt/two words\\\tx"));
  }

  @Test
  void what_is_not_there_yet_has_the_point_above_it() throws Exception {
    Needs.the(Files.isDirectory(Path.of("/proc/self")), "a file system that is mounted");

    assertThat(Mounts.above(Path.of("/proc/nothing/here"))).contains(Path.of("/proc"));
    assertThat(Mounts.above(Path.of("/process"))).isEmpty();
  }
}

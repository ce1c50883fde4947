package io.fleetinstaller.packaging.cuts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TollTest {
  private final Toll toll = new Toll(2);

  @Test
  void fewer_cuts_than_were_meant_are_too_few() {
    toll.count(seen());
    boolean afterOne = toll.tooFew();
    List<String> told = toll.table();
    toll.count(seen());

    assertThat(afterOne).isTrue();
    assertThat(told)
        .contains("cuts: of 2 that were meant 1 were made and looked at, too few")
        .last()
        .asString()
        .startsWith("cuts: 1 faults, ");
    assertThat(toll.tooFew()).isFalse();
    assertThat(toll.table()).contains("cuts: of 2 that were meant 2 were made and looked at");
  }

  @Test
  void a_machine_that_is_tried_again_is_one_cut_only() {
    toll.late();
    toll.count(seen());

    assertThat(toll.tooFew()).isTrue();
  }

  @Test
  void an_effect_that_did_not_come_again_is_told() {
    toll.passedBy();

    assertThat(toll.table()).contains("at an effect that did not come again, so behind the end: 1");
  }

  @Test
  void what_disks_lost_is_told(@TempDir Path folder) throws IOException {
    Path image = Files.createFile(folder.resolve("image"));
    try (Disk disk = Disk.of(image, folder.resolve("own"))) {
      toll.lost(new Disk.Remains(disk, 30, 7));
      toll.lost(new Disk.Remains(disk, 12, 0));
    }

    assertThat(toll.table())
        .contains("of 42 blocks that no disk had flushed 7 were lost, in 1 cuts");
  }

  @Test
  void one_machine_that_is_too_slow_is_told_and_many_are_held_against_the_product() {
    toll.late();
    long one = toll.bricks();
    String told = String.join("\n", toll.table());
    toll.late();

    assertThat(one).isZero();
    assertThat(told).contains("too slow at first, and tried again from the same disk: 1");
    assertThat(toll.bricks()).isEqualTo(2);
  }

  private static Seen seen() {
    return Seen.of(new Cut("new", 0, Optional.empty(), Cut.Clock.RIGHT, 0), "end=upgraded\n");
  }
}

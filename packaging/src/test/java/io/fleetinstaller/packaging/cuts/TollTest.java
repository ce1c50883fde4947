package io.fleetinstaller.packaging.cuts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TollTest {
  private final Toll toll = new Toll();

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
}

package io.fleetinstaller.supply;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CostTest {
  private static final Cost WHOLE = new Cost(300_000_000, 1);

  @Test
  void a_twelfth_saved_is_worth_a_hundred_requests() {
    assertThat(new Cost(275_000_000, 100).isWellBelow(WHOLE)).isTrue();
  }

  @Test
  void next_to_nothing_saved_is_not_worth_another_way() {
    assertThat(new Cost(299_000_000, 1).isWellBelow(WHOLE)).isFalse();
    assertThat(new Cost(275_000_000, 700).isWellBelow(WHOLE)).isFalse();
  }

  @Test
  void requests_are_told_where_there_were_any() {
    assertThat(new Cost(11_059, 0)).hasToString("10.8 KiB");
    assertThat(new Cost(11_059, 1)).hasToString("10.8 KiB in 1 request");
    assertThat(new Cost(11_059, 2)).hasToString("10.8 KiB in 2 requests");
  }

  @Test
  void requests_weigh_as_much_as_what_could_have_come_meanwhile() {
    assertThat(new Cost(0, 64)).isLessThan(new Cost(3 << 20, 1));
    assertThat(new Cost(0, 64)).isGreaterThan(new Cost(1 << 20, 1));
  }
}

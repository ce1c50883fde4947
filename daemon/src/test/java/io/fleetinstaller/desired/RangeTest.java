package io.fleetinstaller.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.release.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RangeTest {

  @ParameterizedTest
  @CsvSource({
    ">=1.9 <2, 1.9,     true",
    ">=1.9 <2, 1.9.0,   true",
    ">=1.9 <2, 1.10,    true",
    ">=1.9 <2, 1.8.9,   false",
    ">=1.9 <2, 2,       false",
    ">=1.9 <2, 2.0,     false",
    ">=1.9 <2, 2~rc1,   true",
    ">1.9,     1.9,     false",
    ">1.9,     1.9.1,   true",
    "<=1.9,    1.9,     true",
    "<=1.9,    1.9.1,   false",
    "<1.9,     1.9,     false",
    "<1.9,     1.9~rc1, true",
    "=1.9,     1.9,     true",
    "=1.9,     1.9.0,   false",
    "=1.9,     1.8,     false"
  })
  void a_version_is_within_when_every_comparison_holds(
      String range, String version, boolean within) {
    assertThat(Range.parse(range).contains(new Version(version))).isEqualTo(within);
  }

  @Test
  void it_is_told_in_one_way() {
    assertThat(Range.parse(">=1.9   <2")).hasToString(">=1.9 <2");
    assertThat(Range.parse(">1 <=2 =1.5")).hasToString(">1 <=2 =1.5");
  }

  @Test
  void it_has_at_most_eight_comparisons() {
    assertThat(Range.parse(">1 ".repeat(8).strip()).bounds()).hasSize(8);
    assertThatThrownBy(() -> Range.parse(">1 ".repeat(9).strip()))
        .hasMessage("a range has 1 to 8 comparisons, not 9");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "1.9",
        "~1.9",
        "^1",
        ">= 1.9",
        ">=",
        "==1",
        ">=1.9,<2",
        " >1",
        ">1/2",
        "!=1"
      })
  void anything_else_is_refused(String text) {
    assertThatThrownBy(() -> Range.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_refusal_shows_how_to_write_it() {
    assertThatThrownBy(() -> Range.parse(">1 1.9"))
        .hasMessage("'>1 1.9' is not a range of versions; write it as >=1.9 <2");
  }
}

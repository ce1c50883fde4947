package io.fleetinstaller.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobTest {

  @ParameterizedTest
  @CsvSource({
    "web-1,   web-1,     true",
    "web-1,   web-12,    false",
    "web-12,  web-1,     false",
    "web-*,   web-,      true",
    "web-*,   web-1.a.b, true",
    "web-*,   awe-1,     false",
    "*-1,     web-1,     true",
    "*-1,     web-1-1,   true",
    "*-1,     web-12,    false",
    "*,       anything,  true",
    "**,      '',        true",
    "*,       '',        true",
    "?,       '',        false",
    "w?b,     web,       true",
    "w?b,     wb,        false",
    "w??*,    web,       true",
    "a*b*c,   aXbYbZc,   true",
    "a*b*c,   aXbYbZ,    false",
    "a*bc,    abbc,      true",
    "a.c,     abc,       false",
    "WEB-*,   web-1,     true",
    "web-*,   WEB-1,     true"
  })
  void it_matches_whole_names(String pattern, String name, boolean matches) {
    assertThat(new Glob(pattern).matches(name)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "[ab]", "a/b", "{a,b}", "é"})
  void other_signs_are_refused(String pattern) {
    assertThatThrownBy(() -> new Glob(pattern)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void it_is_at_most_255_long() {
    assertThat(new Glob("a".repeat(255)).matches("a".repeat(255))).isTrue();
    assertThatThrownBy(() -> new Glob("a".repeat(256)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void no_pattern_takes_for_ever() {
    Glob hard = new Glob("a*".repeat(127));

    boolean matches = hard.matches("a".repeat(100_000) + "b");

    assertThat(matches).isTrue();
  }
}

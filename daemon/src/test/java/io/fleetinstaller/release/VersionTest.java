package io.fleetinstaller.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTest {

  @ParameterizedTest
  @CsvSource({
    "1.9.0, 1.10.0",
    "1.0~rc1, 1.0",
    "1.0~rc1, 1.0~rc2",
    "1.0, 1.0+b1",
    "1.0, 1.0.1",
    "1.0-1, 1.0-2",
    "9, 10",
    "1.0a, 1.0b",
    "1.0Z, 1.0+",
    "7.60.0, 7.61.0-devel",
    "1.0, 1.00"
  })
  void the_older_sorts_before_the_newer(String older, String newer) {
    assertThat(new Version(older)).isLessThan(new Version(newer));
    assertThat(new Version(newer)).isGreaterThan(new Version(older));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", ".hidden", "-x", "a/b", "a b", "ä", "1:2"})
  void what_could_not_be_a_folder_name_is_no_version(String text) {
    assertThatThrownBy(() -> new Version(text)).isInstanceOf(IllegalArgumentException.class);
  }
}

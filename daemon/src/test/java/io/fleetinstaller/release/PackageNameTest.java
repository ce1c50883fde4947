package io.fleetinstaller.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PackageNameTest {
  @ValueSource(strings = {"a", "node-exporter", "x.corrupted", "corrupt", "2_b.c"})
  @ParameterizedTest
  void a_folder_s_name_is_one(String name) {
    assertThat(PackageName.of(name)).contains(new PackageName(name));
  }

  @ValueSource(strings = {"", "-a", "a.", ".guard", "A", "a b", "a/b", "a\n", "x.corrupt"})
  @ParameterizedTest
  void what_is_no_folder_s_or_that_of_something_else_is_none(String name) {
    assertThat(PackageName.of(name)).isEmpty();
    assertThatThrownBy(() -> new PackageName(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not a package name");
  }
}

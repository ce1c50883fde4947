package io.fleetinstaller.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathPatternTest {

  @ParameterizedTest
  @CsvSource({
    "catalog/stable/*, catalog/stable/a.json, true",
    "catalog/stable/*, catalog/stable/a/b.json, false",
    "catalog/stable/*, catalog/stable, false",
    "catalog/*/*, catalog/stable/a.json, true",
    "catalog/stable/*, catalog/beta/a.json, false",
    "*, a, true",
    "*, '', true",
    "*, a/b, false",
    "a*, a, true",
    "a*c, abbc, true",
    "a*c, abcbc, true",
    "a*c, abcb, false",
    "a*b*c, axbxc, true",
    "a*b*c, axcxb, false",
    "*.json, a.json, true",
    "*.json, a.jsonx, false",
    "**, ab, true",
    "a?c, abc, true",
    "a?c, ac, false",
    "a?c, abbc, false",
    "?, 𝕏, true",
    "??, 𝕏, false",
    "?, /, false",
    "abc, abc, true",
    "abc, abd, false",
    "abc, ab, false",
    "ab, abc, false",
    "A, a, false",
    "a.c, abc, false",
    "a/, a/, true",
    "a/, a, false"
  })
  void a_pattern_covers_a_path(String pattern, String path, boolean covers) {
    assertThat(PathPattern.matches(pattern, path)).isEqualTo(covers);
  }

  @ParameterizedTest
  @CsvSource({
    "catalog/stable/*, catalog/stable/, true",
    "catalog/*/*, catalog/stable/, true",
    "catalog/beta/*, catalog/stable/, false",
    "catalog/*, catalog/stable/, false",
    "catalog/stable/x/*, catalog/stable/, true",
    "*, '', true",
    "a/b/c, '', true"
  })
  void a_pattern_may_reach_below_a_folder(String pattern, String folder, boolean reaches) {
    assertThat(PathPattern.reaches(pattern, folder)).isEqualTo(reaches);
  }

  @Test
  void many_stars_take_no_more_time_than_few() {
    String pattern = "*a".repeat(60) + "b";
    String path = "a".repeat(20_000);

    assertThat(PathPattern.matches(pattern, path)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "root, root",
    "?, %3F",
    "#, %23",
    "../x, ..%2Fx",
    "a b, a%20b",
    "é, %C3%A9",
    "a-b_c.d~9Z, a-b_c.d~9Z"
  })
  void the_name_of_a_role_cannot_leave_its_folder(String name, String quoted) {
    assertThat(Names.quoted(name)).isEqualTo(quoted);
  }

  @Test
  void only_a_path_below_a_folder_is_safe() {
    assertThat(List.of("a", "a/b", "a b", "a/..b/c", "é")).allMatch(Names::safe);
    assertThat(
            List.of(
                "",
                "/a",
                "a/",
                "a//b",
                "../a",
                "a/../b",
                "./a",
                "a/.",
                "a\\b",
                "a\0b",
                "a\nb",
                "a\u007fb"))
        .noneMatch(Names::safe);
  }
}

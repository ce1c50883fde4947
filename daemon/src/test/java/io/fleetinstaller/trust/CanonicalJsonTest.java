package io.fleetinstaller.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.StrictJson;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected texts are what python's securesystemslib makes of the same values. */
class CanonicalJsonTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|{}",
        "{\"aa\":1,\"a\":2}|{\"a\":2,\"aa\":1}",
        "[ ]|[]",
        "{ \"b\" : 1 , \"a\" : [ true , false , null ] }|{\"a\":[true,false,null],\"b\":1}",
        "[1,-1,0,9223372036854775807,-9223372036854775808]|[1,-1,0,9223372036854775807,-9223372036854775808]",
        "\"a\\\\b\\\"c\\/\"|\"a\\\\b\\\"c/\"",
        "\"\\u00e9\\u20ac\\ud835\\udd4f\"|\"é€𝕏\"",
        "{\"\":1,\"a\":2,\"A\":3,\"aa\":4}|{\"\":1,\"A\":3,\"a\":2,\"aa\":4}"
      })
  void a_value_has_one_form(String text, String canonical) throws Exception {
    assertThat(encode(text)).isEqualTo(canonical);
  }

  @Test
  void control_characters_are_written_as_they_are() throws Exception {
    assertThat(encode("\"\\u0000\\n\\t\\u007f\"")).isEqualTo("\"\0\n\t\u007f\"");
  }

  @Test
  void members_are_sorted_by_code_point_not_by_utf_16() throws Exception {
    String text =
        "{\"\\ud835\\udd4f\":1,\"\\uff01\":2,\"\\ue000\":3,\"\\ud7ff\":4,\"a\\ud835\\udd4f\":5,\"a\\uff01\":6}";

    assertThat(encode(text))
        .isEqualTo("{\"a！\":6,\"a𝕏\":5,\"\ud7ff\":4,\"\ue000\":3,\"！\":2,\"𝕏\":1}");
  }

  @Test
  void astral_members_are_sorted_among_each_other() throws Exception {
    String text = "{\"\\ud835\\udd50\":1,\"\\ud835\\udd4f\":2,\"\\ud834\\udd4f\":3}";

    assertThat(encode(text))
        .isEqualTo("{\"\ud834\udd4f\":3,\"\ud835\udd4f\":2,\"\ud835\udd50\":1}");
  }

  private static String encode(String text) throws StrictJson.NotStrict {
    return new String(
        CanonicalJson.encode(StrictJson.read(text.getBytes(StandardCharsets.UTF_8))),
        StandardCharsets.UTF_8);
  }
}

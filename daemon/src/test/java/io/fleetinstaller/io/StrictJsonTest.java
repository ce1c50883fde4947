package io.fleetinstaller.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {

  static Stream<byte[]> refused() {
    return Stream.concat(
        Stream.of(
                "",
                " ",
                "{",
                "[1",
                "{\"a\":1",
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"\\u0061\":2}",
                "{\"a\":{\"b\":1,\"b\":2}}",
                "{} {}",
                "{}x",
                "1 2",
                "1.0",
                "1e3",
                "1E400",
                "-0",
                "01",
                "+1",
                ".5",
                "9223372036854775808",
                "-9223372036854775809",
                "184467440737095516150",
                "NaN",
                "Infinity",
                "-Infinity",
                "nul",
                "True",
                "'a'",
                "{a:1}",
                "[1,]",
                "{\"a\":1,}",
                "[,1]",
                "// c\n1",
                "/* c */1",
                "\"\\ud800\"",
                "\"\\udc00\\ud800\"",
                "{\"\\ud800\":1}",
                "\"\\x41\"",
                "\"a\nb\"",
                "\"a\0b\"",
                "\ufeff{}",
                "\u00a01",
                "\u2028{}",
                "[" + "{},".repeat(150_000) + "{}]",
                "[".repeat(65) + "]".repeat(65),
                "{\"a\":".repeat(65) + "1" + "}".repeat(65))
            .map(text -> text.getBytes(StandardCharsets.UTF_8)),
        Stream.of(
            new byte[] {'"', (byte) 0xff, '"'},
            new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'},
            new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
            new byte[] {'"', (byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80, '"'},
            new byte[] {'"', (byte) 0xc3},
            "{}".getBytes(StandardCharsets.UTF_16LE)));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void what_two_readers_could_understand_differently_is_refused(byte[] bytes) {
    assertThatThrownBy(() -> StrictJson.read(bytes))
        .isInstanceOf(StrictJson.NotStrict.class)
        .message()
        .isNotBlank();
  }

  @Test
  void a_value_keeps_its_exact_numbers_and_its_order() throws Exception {
    Tree read = read("\t{\"b\":[9223372036854775807,-9223372036854775808,0],\"a\":null}\r\n ");

    Tree.Members object = (Tree.Members) read;
    assertThat(object.members().sequencedKeySet()).containsExactly("b", "a");
    assertThat(object.members().get("b"))
        .isEqualTo(
            new Tree.Items(
                List.of(
                    new Tree.Whole(Long.MAX_VALUE),
                    new Tree.Whole(Long.MIN_VALUE),
                    new Tree.Whole(0))));
    assertThat(object.members().get("a")).isEqualTo(new Tree.Nothing());
  }

  @Test
  void nesting_is_read_to_its_limit() throws Exception {
    assertThat(read("[".repeat(64) + "]".repeat(64))).isInstanceOf(Tree.Items.class);
  }

  @Test
  void a_text_of_a_mebibyte_is_read() throws Exception {
    assertThat(read("\"" + "a".repeat(1 << 20) + "\"")).isInstanceOf(Tree.Text.class);
  }

  @Test
  void a_tree_cannot_be_changed() throws Exception {
    Tree.Members object = (Tree.Members) read("{\"a\":[1]}");

    assertThatThrownBy(() -> object.members().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> ((Tree.Items) object.members().get("a")).items().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1, 2,\n  01]"})
  void a_refusal_names_the_line(String text) {
    assertThatThrownBy(() -> read(text)).hasMessageContaining("line 2");
  }

  private static Tree read(String text) throws StrictJson.NotStrict {
    return StrictJson.read(text.getBytes(StandardCharsets.UTF_8));
  }
}

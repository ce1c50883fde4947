package io.fleetinstaller.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentTest {

  @Test
  void every_kind_of_value_is_read_as_it_was_written() throws Refused {
    Document document =
        yaml(
            """
            name: agent
            version: 1.10
            count: 7
            on: true
            wait: 15s
            inner: {a: b}
            words: [x, y]
            things: [{k: v}, {k: w}]
            """);

    assertThat(document.text("name")).isEqualTo("agent");
    assertThat(document.text("version")).isEqualTo("1.10");
    assertThat(document.number("count", 1, 9)).isEqualTo(7);
    assertThat(document.flag("on", false)).isTrue();
    assertThat(document.duration("wait", Duration.ZERO)).isEqualTo(Duration.ofSeconds(15));
    assertThat(document.textMap("inner")).isEqualTo(Map.of("a", "b"));
    assertThat(document.texts("words")).containsExactly("x", "y");
    assertThat(document.objects("things")).hasSize(2);
    assertThat(document.objects("things").getLast().text("k")).isEqualTo("w");
    document.done();
  }

  @Test
  void a_key_that_stands_there_twice_is_named_with_its_line() {
    assertThatThrownBy(() -> Document.yaml("test.yaml", bytes("a: 1\nb: 2\na: 3\n")))
        .hasMessage(
            "cannot accept test.yaml line 3 key 'a': it stands there twice; each key is allowed once");
  }

  @Test
  void yaml_that_is_none_is_told_by_the_line_where_it_goes_wrong() {
    assertThatThrownBy(() -> Document.yaml("test.yaml", bytes("a: 1\nb: secret\n  c: 2\n")))
        .hasMessageStartingWith("cannot accept test.yaml line 3: ")
        .hasMessageNotContaining("secret");
  }

  @Test
  void a_key_that_nobody_knows_is_refused_by_line_and_the_allowed_are_named() throws Refused {
    Document document = yaml("name: agent\ntypo: 1\n");
    document.text("name");

    assertThatThrownBy(document::done)
        .hasMessage(
            "cannot accept test.yaml line 2 key 'typo': it is not known here; allowed are name");
  }

  @Test
  void an_inner_key_is_named_by_its_whole_path() throws Refused {
    Document inner = yaml("a:\n  b:\n    c: [1]\n").object("a").object("b");

    assertThatThrownBy(() -> inner.text("c"))
        .hasMessage("cannot accept test.yaml line 3 key 'a.b.c': it must be a text, not a list");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: 1\na: 2\n",
        "a: &x 1\nb: *x\n",
        "a: !!binary aGk=\n",
        "- 1\n",
        "a: 1\n---\nb: 2\n",
        "a: [1\n",
        "a: 'open\n",
        "\ta: 1\n"
      })
  void yaml_that_could_be_taken_in_two_ways_is_refused(String text) {
    assertThatThrownBy(() -> yaml(text))
        .isInstanceOf(Refused.class)
        .hasMessageStartingWith("cannot accept test.yaml");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,\"a\":2}",
        "{\"a\":1} x",
        "{\"a\":1}{}",
        "{a:1}",
        "{\"a\":1",
        "[1]",
        "{'a':1}",
        "nul"
      })
  void json_is_read_strictly(String text) {
    assertThatThrownBy(() -> Document.json("test.json", bytes(text)))
        .isInstanceOf(Refused.class)
        .hasMessageStartingWith("cannot accept test.json");
  }

  @Test
  void more_values_than_memory_would_hold_are_refused() {
    String many = "{\"a\":[" + "{},".repeat(150_000) + "{}]}";

    assertThatThrownBy(() -> Document.json("test.json", bytes(many)))
        .isInstanceOf(Refused.class)
        .hasMessage("cannot accept test.json line 1: it has more than the 150000 values allowed");
  }

  @Test
  void depth_is_limited() {
    String deep = "{\"a\":".repeat(40) + "1" + "}".repeat(40);

    assertThatThrownBy(() -> Document.json("test.json", bytes(deep)))
        .isInstanceOf(Refused.class)
        .hasMessage(
            "cannot accept test.json line 1: it is nested deeper than the 32 levels allowed");
  }

  @Test
  void size_is_limited() {
    assertThatThrownBy(() -> Document.json("test.json", bytes("{\"a\":\"bcdef\"}"), 5))
        .hasMessageContaining("13 bytes are more than the 5 allowed");
  }

  @Test
  void bytes_that_are_not_utf8_are_refused() {
    assertThatThrownBy(() -> Document.json("test.json", new byte[] {'{', (byte) 0xff, '}'}))
        .hasMessageContaining("it is not UTF-8 text");
  }

  @Test
  void json_texts_are_texts() throws Refused {
    Document document = Document.json("test.json", bytes("{\"version\":1.10}"));

    assertThatThrownBy(() -> document.text("version"))
        .hasMessageContaining("it must be a text, not a number");
  }

  @ParameterizedTest
  @CsvSource({"0", "11", "1.5", "'\"3\"'", "99999999999999999999"})
  void a_number_out_of_bounds_is_refused(String written) throws Refused {
    Document document = yaml("n: " + written + "\n");

    assertThatThrownBy(() -> document.number("n", 1, 10))
        .hasMessageContaining("it must be a whole number from 1 to 10");
  }

  @Test
  void a_value_that_its_type_refuses_is_refused_with_its_place() throws Refused {
    Document document = yaml("wait: 5 minutes\n");

    assertThatThrownBy(() -> document.duration("wait", Duration.ZERO))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.reason().code()).isEqualTo(ReasonCode.BAD_SETTINGS))
        .hasMessage(
            "cannot accept test.yaml line 1 key 'wait': '5 minutes' is not a duration; "
                + "write it as 200ms, 15s, 5m, 2h or 3d");
  }

  @Test
  void an_empty_file_is_an_empty_object() throws Refused {
    assertThat(yaml("# only a comment\n").keys()).isEmpty();
  }

  @Test
  void what_json_writes_document_reads() throws Refused {
    Map<String, Object> tree = Map.of("list", List.of(1L, "two", true, Map.of("k", 1.5)));

    assertThat(Document.json("test.json", Json.bytes(tree)).tree()).isEqualTo(tree);
  }

  @ParameterizedTest
  @ValueSource(strings = {"200ms", "15s", "90s", "5m", "2h", "3d", "0s"})
  void durations_read_back_as_they_are_written(String text) {
    assertThat(Durations.text(Durations.parse(text))).isEqualTo(text);
  }

  private static Document yaml(String text) throws Refused {
    return Document.yaml("test.yaml", bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

package io.fleetinstaller.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactorTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          Authorization: Bearer abc.def-ghi        | Authorization: [redacted]
          > proxy-authorization: Basic dXNlcjpwdw== | > proxy-authorization: [redacted]
          {"Authorization":"Bearer abc","a":1}     | {"Authorization":"[redacted]","a":1}
          set-cookie: sid=1; Path=/                | set-cookie: [redacted]
          DD-API-KEY: 0123456789abcdef             | DD-API-KEY: [redacted]
          password=hunter2 user=joe                | password=[redacted] user=joe
          PASSWORD: "a b c", next                  | PASSWORD: [redacted], next
          {"api_key": "abc", "n": 1}               | {"api_key": [redacted], "n": 1}
          {"name":"DB_PASSWORD","value":"abc"}     | {"name":"DB_PASSWORD","value":[redacted]}
          DD_API_KEY=abc DD_SITE=eu                | DD_API_KEY=[redacted] DD_SITE=eu
          agent --api-key abc --verbose            | agent --api-key [redacted] --verbose
          <db:password>a b</db:password> next      | <db:password>[redacted]</db:password> next
          <add key="Password" value="a b"/>        | <add key="Password" value="[redacted]"/>
          'password' => 'a b', :n => 1             | 'password' => [redacted], :n => 1
          mysqldump -u root -pabc agent            | mysqldump -u root -p[redacted] agent
          machine h login bob password abc         | machine h login bob password [redacted]
          password authentication failed for joe   | password authentication failed for joe
          login failed: password expired           | login failed: password expired
          expected <token> but found the end       | expected <token> but found the end
          client_secret='x y'&token=z&a=b          | client_secret=[redacted]&token=[redacted]&a=b
          GET https://joe:pw@example.com/x?y       | GET https://[redacted]@example.com/x?y
          got Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc  | got Bearer [redacted]
          jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.abc    | jwt [redacted]
          key AKIAIOSFODNN7EXAMPLE used            | key [redacted] used
          -----BEGIN RSA PRIVATE KEY-----MIIE      | [redacted]
          no secrets in here: status 500           | no secrets in here: status 500
          tokens per second 12                     | tokens per second 12
          see http://example.com/a@b               | see http://example.com/a@b
          """)
  void secrets_are_taken_out_and_the_rest_stays(String text, String expected) {
    String line = Redactor.line(text);

    assertThat(line).isEqualTo(expected);
  }

  @Test
  void what_would_move_a_terminals_cursor_is_left_out() {
    String line = Redactor.line("a\u001b[31mred\r\n\u0000b\u202ec");

    assertThat(line).isEqualTo("ared b c");
  }

  @Test
  void a_line_is_cut_at_512_characters() {
    String line = Redactor.line("x".repeat(1_000_000));

    assertThat(line).hasSize(512).endsWith("…");
  }

  @Test
  void colours_hide_nothing() {
    assertThat(Redactor.line("\u001b[36mpassword \u001b[0m=hunter2 \u001b[1mbold"))
        .isEqualTo("password =[redacted] bold");
  }

  @ParameterizedTest
  @CsvSource({
    "a|-----BEGIN EC PRIVATE KEY-----|MHcCAQEE|-----END EC PRIVATE KEY-----|b,"
        + " a|[redacted]|[redacted]|b",
    "MHcCAQEE|-----END PRIVATE KEY-----|b, [redacted]|b",
    "a|-----BEGIN RSA PRIVATE KEY-----|MHcCAQEE, a|[redacted]",
    "a|password=x|b, a|password=[redacted]|b",
    "- name: DB_PASSWORD|  value: x|b, - name: DB_PASSWORD|value: [redacted]|b",
    "- name: DB_HOST|  value: x|b, - name: DB_HOST|value: x|b"
  })
  void what_takes_several_lines_is_found(String texts, String expected) {
    assertThat(String.join("|", Redactor.lines(List.of(texts.split("\\|", -1)))))
        .isEqualTo(expected);
  }

  @Test
  void text_made_to_be_slow_is_read_in_no_time() {
    String line = Redactor.line("password".repeat(512) + "://".repeat(1000) + "-".repeat(4096));

    assertThat(line).isNotEmpty();
  }
}

package io.fleetinstaller.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          https://r.example.com/x   |                          | true
          https://r.example.com/x   | r.example.com            | false
          https://r.example.com/x   | example.com              | false
          https://r.example.com/x   | .example.com             | false
          https://r.example.com/x   | *.example.com            | false
          https://r.example.com/x   | other.com, R.Example.COM | false
          https://r.example.com/x   | ample.com                | true
          https://r.example.com/x   | r.example.com:443        | false
          https://r.example.com/x   | r.example.com:8443       | true
          https://r.example.com/x   | *                        | false
          https://10.1.2.3/x        | 10.0.0.0/8               | false
          https://11.1.2.3/x        | 10.0.0.0/8               | true
          https://[fd00::1]/x       | fd00::/8                 | false
          https://r.example.com/x   | 10.0.0.0/8               | true
          https://127.0.0.1/x       |                          | false
          http://r.example.com/x    |                          | false
          """)
  void no_proxy_is_read_as_other_programs_read_it(String target, String noProxy, boolean proxied) {
    Map<String, String> environment =
        Map.of("HTTPS_PROXY", "proxy:3128", "no_proxy", noProxy == null ? "" : noProxy);

    Proxies proxies = new Proxies(ProxySettings.NONE, environment);

    assertThat(proxies.of(URI.create(target)).isPresent()).isEqualTo(proxied);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://proxy:1", "socks5://proxy:1", "http://"})
  void a_proxy_of_another_kind_is_refused(String proxy) {
    assertThatThrownBy(() -> new ProxySettings(URI.create(proxy + "/"), null, null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Proxies(ProxySettings.NONE, Map.of("http_proxy", proxy)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

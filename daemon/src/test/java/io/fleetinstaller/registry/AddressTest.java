package io.fleetinstaller.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.release.PackageName;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where repositories are, and which proxy is on the way. */
class AddressTest {

  @ParameterizedTest
  @CsvSource({
    "https://r.example.com/agents/{package}, https://r.example.com/agents/agent",
    "r.example.com:5000/{package}, https://r.example.com:5000/agent",
    "oci://r.example.com/{package}-package, https://r.example.com/agent-package",
    "http://r.example.com/{package}/, http://r.example.com/agent",
    "localhost:5000/{package}, http://localhost:5000/agent",
    "127.0.0.1:5000/{package}, http://127.0.0.1:5000/agent",
    "https://localhost/{package}, https://localhost/agent",
    "docker.io/acme/{package}, https://registry-1.docker.io/acme/agent",
    "file:/srv/{package}, file:/srv/agent",
    "file:///srv/layouts/../{package}, file:/srv/agent"
  })
  void an_address_is_read(String template, String expected) {
    Address address = Address.of(template, new PackageName("agent"));

    assertThat(address).hasToString(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:srv/x",
        "ftp://host/x",
        "https://user:pw@host/x",
        "https://host/x?y=z",
        "https://host/",
        "https://host/UPPER",
        "https://host/a//b",
        "https:///x",
        "https://host/x:tag",
        "not an address"
      })
  void what_is_not_an_address_is_refused(String template) {
    assertThatThrownBy(() -> RegistrySettings.of(List.of(template)))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .isNotBlank();
  }

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

    Proxies proxies = new Proxies(RegistrySettings.Proxy.NONE, environment);

    assertThat(proxies.of(URI.create(target)).isPresent()).isEqualTo(proxied);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://proxy:1", "socks5://proxy:1", "http://"})
  void a_proxy_of_another_kind_is_refused(String proxy) {
    assertThatThrownBy(() -> new RegistrySettings.Proxy(URI.create(proxy + "/"), null, null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Proxies(RegistrySettings.Proxy.NONE, Map.of("http_proxy", proxy)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

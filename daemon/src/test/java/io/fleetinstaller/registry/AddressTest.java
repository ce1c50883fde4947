package io.fleetinstaller.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.release.PackageName;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where repositories are. */
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
}

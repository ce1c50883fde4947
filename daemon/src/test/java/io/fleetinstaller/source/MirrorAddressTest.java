package io.fleetinstaller.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MirrorAddressTest {

  @ParameterizedTest
  @CsvSource({
    "https://config.example.com, https://config.example.com/",
    "https://config.example.com:8443/fleet/, https://config.example.com:8443/fleet/",
    "http://127.0.0.1:8080/x, http://127.0.0.1:8080/x/",
    "http://localhost, http://localhost/",
    "http://[::1]:80/x, http://[::1]:80/x/",
    "file:/srv/fleet, file:/srv/fleet",
    "file:///srv/../srv/fleet, file:/srv/fleet",
    "bundle:/media/stick/fleet.tar, bundle:/media/stick/fleet.tar"
  })
  void an_address_is_understood(String text, String address) {
    assertThat(MirrorAddress.parse(text)).hasToString(address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://config.example.com/",
        "http://10.0.0.1/",
        "http://127.0.0.1.example.com/",
        "ftp://localhost/",
        "config.example.com",
        "https://",
        "https:///x",
        "https://me:secret@config.example.com/",
        "https://config.example.com/?x=y",
        "https://config.example.com/#x",
        "file:srv",
        "bundle:x.tar",
        "",
        "https://a b/"
      })
  void anything_else_is_refused(String text) {
    assertThatThrownBy(() -> SourceSettings.of(text, Set.of(), Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no repository");
  }

  @Test
  void a_channel_that_would_lead_elsewhere_is_refused() {
    assertThatThrownBy(() -> SourceSettings.of("file:/x", Set.of("../prod"), Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'../prod'");
  }
}

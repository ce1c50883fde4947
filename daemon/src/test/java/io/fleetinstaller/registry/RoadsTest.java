package io.fleetinstaller.registry;

import static io.fleetinstaller.registry.FakeRegistry.answer;
import static io.fleetinstaller.registry.Packed.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.http.ProxySettings;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.net.URI;
import java.util.Optional;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The way to a registry: redirects, names and proxies. */
class RoadsTest {
  private final Packed packed = Packed.index(bytes(3 << 20));
  private final FakeRegistry registry = new FakeRegistry(packed).started();
  private final FakeRegistry second = new FakeRegistry(packed).started();
  private final Pulling pulling = Pulling.from(registry);

  @AfterEach
  void stop() {
    registry.close();
    second.close();
  }

  @Test
  void a_redirect_is_followed_without_the_credentials() throws Exception {
    second.script(request -> Optional.of(answer(200, packed.layer)));
    registry.script(request ->
        request.getUrl().encodedPath().contains(packed.layerDigest())
            ? Optional.of(
                new MockResponse.Builder()
                    .code(307)
                    .addHeader("Location", second.server.url("/cdn/x?sig=1"))
                    .build())
            : challenge(request.getHeaders().get("Authorization")));

    byte[] layer = pulling.authFile(AuthTest.config(registry, "user", "secret")).layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
    assertThat(registry.headers("Authorization")).endsWith("Basic dXNlcjpzZWNyZXQ=");
    assertThat(second.headers("Authorization")).containsExactly("-");
  }

  @Test
  void redirects_in_a_circle_end() {
    registry.always(
        new MockResponse.Builder().code(302).addHeader("Location", "/v2/again").build());

    Fault fault = pulling.failing(packed);

    assertThat(fault).hasMessageContaining("redirects more than");
    assertThat(registry.requests).hasSize(6);
  }

  @Test
  void a_name_that_does_not_exist_is_told_from_a_port_where_nobody_listens() {
    second.close();

    Fault noName = Pulling.from("http://registry.invalid/agents/agent").failing(packed);
    Fault noPort = Pulling.from(second).failing(packed);

    assertThat(noName.reason().code()).isEqualTo(ReasonCode.DNS_FAILED);
    assertThat(noName).hasMessageContaining("registry.invalid");
    assertThat(noPort.reason().code()).isEqualTo(ReasonCode.CONNECT_FAILED);
  }

  @Tag("F31")
  @Test
  void a_proxy_of_the_settings_or_the_environment_carries_the_requests() throws Exception {
    URI proxy = URI.create("http://127.0.0.1:" + registry.server.getPort());
    String address = "http://registry.test/agents/agent";

    byte[] bySetting =
        Pulling.from(address).proxy(new ProxySettings(proxy, null, null)).layer(packed);
    byte[] byEnvironment =
        Pulling.from(address).environment("http_proxy", proxy.toString()).layer(packed);

    assertThat(bySetting).isEqualTo(packed.layer);
    assertThat(byEnvironment).isEqualTo(packed.layer);
    assertThat(registry.requests).hasSize(8);
    assertThat(registry.headers("Host")).containsOnly("registry.test");
  }

  @Test
  void a_proxy_gets_its_password_and_one_that_refuses_it_is_named() throws Exception {
    registry.script(request ->
        "Basic bWU6c2VjcmV0".equals(request.getHeaders().get("Proxy-Authorization"))
            ? Optional.empty()
            : Optional.of(
                new MockResponse.Builder()
                    .code(407)
                    .addHeader("Proxy-Authenticate", "Basic realm=x")
                    .build()));
    String at = "127.0.0.1:" + registry.server.getPort();
    Pulling right =
        Pulling.from("http://registry.test/a").environment("http_proxy", "http://me:secret@" + at);
    Pulling wrong =
        Pulling.from("http://registry.test/a").environment("http_proxy", "http://me:wrong@" + at);

    byte[] layer = right.layer(packed);
    Fault fault = wrong.failing(packed);

    assertThat(layer).isEqualTo(packed.layer);
    assertThat(fault.reason().code()).isEqualTo(ReasonCode.PROXY_FAILED);
    assertThat(fault).isInstanceOf(Fault.Broken.class);
    assertThat(fault.getMessage()).doesNotContain("wrong@");
  }

  @Test
  void a_proxy_that_is_not_there_is_not_taken_for_the_registry() {
    second.close();
    Pulling through =
        Pulling.from("http://registry.test/a")
            .environment("http_proxy", "http://127.0.0.1:" + second.server.getPort());

    Fault fault = through.failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.PROXY_FAILED);
    assertThat(fault).isInstanceOf(Fault.Transient.class);
  }

  private Optional<MockResponse> challenge(String authorization) {
    return authorization != null
        ? Optional.empty()
        : Optional.of(
            new MockResponse.Builder()
                .code(401)
                .addHeader("WWW-Authenticate", "Basic realm=\"x\"")
                .build());
  }
}

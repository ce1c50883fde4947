package io.fleetinstaller.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Files;
import java.nio.file.Path;
import mockwebserver3.MockResponse;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registries behind certificates that the system knows nothing of. */
class TlsTest {
  @TempDir private Path folder;
  private final HeldCertificate authority =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("our own").build();
  private final Packed packed = Packed.manifest(new byte[] {1, 2, 3});
  private final FakeRegistry registry = new FakeRegistry(packed);

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void an_authority_of_the_settings_is_believed() throws Exception {
    serve("localhost");
    Path ca = Files.writeString(folder.resolve("ca.pem"), authority.certificatePem());

    byte[] layer = Pulling.from(address()).ca(ca).layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
  }

  @Test
  void an_unknown_authority_is_a_tls_failure_that_is_not_tried_again() {
    serve("localhost");
    Pulling pulling = Pulling.from(address());

    Fault fault = pulling.failing(packed);

    assertThat(fault).isInstanceOf(Fault.Broken.class);
    assertThat(fault.reason().code()).isEqualTo(ReasonCode.TLS_FAILED);
    assertThat(fault).hasMessageContaining("network.ca");
    assertThat(pulling.pauses).isEmpty();
  }

  @Test
  void a_certificate_for_another_host_is_a_tls_failure() throws Exception {
    serve("elsewhere.example");
    Path ca = Files.writeString(folder.resolve("ca.pem"), authority.certificatePem());

    Fault fault = Pulling.from(address()).ca(ca).failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.TLS_FAILED);
  }

  @Test
  void a_ca_file_without_certificates_is_named() throws Exception {
    serve("localhost");
    Path ca = Files.writeString(folder.resolve("ca.pem"), "nothing here");

    Fault fault = Pulling.from(address()).ca(ca).failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.BAD_SETTINGS);
    assertThat(fault).hasMessageContaining(ca.toString());
  }

  @Test
  void a_redirect_from_https_to_http_is_not_followed() throws Exception {
    serve("localhost");
    Path ca = Files.writeString(folder.resolve("ca.pem"), authority.certificatePem());
    registry.always(
        new MockResponse.Builder().code(302).addHeader("Location", "http://localhost/x").build());

    Fault fault = Pulling.from(address()).ca(ca).failing(packed);

    assertThat(fault).hasMessageContaining("from https to http");
  }

  private void serve(String host) {
    HeldCertificate held =
        new HeldCertificate.Builder()
            .signedBy(authority)
            .commonName("registry")
            .addSubjectAlternativeName(host)
            .build();
    HandshakeCertificates certificates =
        new HandshakeCertificates.Builder().heldCertificate(held).build();
    registry.server.useHttps(certificates.sslSocketFactory());
    registry.started();
  }

  private String address() {
    return "https://localhost:" + registry.server.getPort() + "/agents/agent";
  }
}

package io.fleetinstaller.http;

import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Whose certificates are believed: the system's authorities and those of one more PEM file. */
record Authorities(SSLContext context, X509TrustManager manager) {

  /** Null adds nothing to the system's own. */
  static Authorities with(@Nullable Path pem) throws Failure {
    try {
      X509TrustManager system = manager(null);
      X509TrustManager manager = pem == null ? system : manager(together(system, pem));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {manager}, null);
      return new Authorities(context, manager);
    } catch (GeneralSecurityException | IOException e) {
      throw Failure.lasting(
          ReasonCode.BAD_SETTINGS,
          "the certificates of the setting ca (%s) cannot be used: %s"
              .formatted(pem, e.getMessage()));
    }
  }

  private static KeyStore together(X509TrustManager system, Path pem)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int number = 0;
    for (X509Certificate certificate : system.getAcceptedIssuers()) {
      store.setCertificateEntry("system-" + number++, certificate);
    }
    for (Certificate certificate : read(pem)) {
      store.setCertificateEntry("extra-" + number++, certificate);
    }
    return store;
  }

  private static Collection<? extends Certificate> read(Path pem)
      throws GeneralSecurityException, IOException {
    try (InputStream bytes = Files.newInputStream(pem)) {
      var certificates = CertificateFactory.getInstance("X.509").generateCertificates(bytes);
      if (certificates.isEmpty()) {
        throw new IOException("it holds no certificate");
      }
      return certificates;
    }
  }

  private static X509TrustManager manager(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager found) {
        return found;
      }
    }
    throw new GeneralSecurityException("this Java runtime trusts nobody");
  }
}

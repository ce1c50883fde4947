package io.fleetinstaller.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpsProbeTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir Path folder;

  @Test
  void a_service_with_a_certificate_of_its_own_making_is_asked_all_the_same() throws Exception {
    try (ServerSocket server = listen(selfSigned())) {
      Thread.startVirtualThread(() -> answer(server));
      URI url = URI.create("https://127.0.0.1:%d/".formatted(server.getLocalPort()));

      Answer seen =
          new HttpProbe(url, 200, Optional.of("^ok$"), Duration.ofSeconds(20), true).ask();

      assertThat(seen.saw()).isEqualTo("status 200, body has /^ok$/");
    }
  }

  private static void answer(ServerSocket server) {
    try (Socket client = server.accept()) {
      byte[] request = new byte[4096];
      assertThat(client.getInputStream().read(request)).isPositive();
      client
          .getOutputStream()
          .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.UTF_8));
    } catch (IOException _) {
      // the probe then sees no answer
    }
  }

  private static ServerSocket listen(SSLContext context) throws IOException {
    return context
        .getServerSocketFactory()
        .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
  }

  private SSLContext selfSigned() throws Exception {
    Path store = folder.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=agent",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }
}

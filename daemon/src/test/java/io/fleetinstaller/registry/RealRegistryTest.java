package io.fleetinstaller.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.http.Connections;
import io.fleetinstaller.http.Patience;
import io.fleetinstaller.http.ProxySettings;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.packages.Build;
import io.fleetinstaller.packages.Ownership;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against Debian's docker-registry, nginx and squid, all on loopback. */
@Timeout(120)
class RealRegistryTest {
  private static final Platform AMD = new Platform("linux", "amd64");

  @TempDir private static Path folder;
  private static RealServers servers;
  private static Build.Built built;

  @BeforeAll
  static void start() throws Exception {
    servers = new RealServers(folder).withRegistry().withNginx().withSquid();
    Path directory = Files.createDirectories(folder.resolve("agent/bin"));
    byte[] noise = new byte[3 << 20];
    new Random(1).nextBytes(noise);
    Files.write(directory.resolve("agent"), noise);
    build("amd64");
    built = build("arm64");
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  @Test
  void what_is_pushed_is_there_and_is_not_sent_again() throws Exception {
    List<String> first = push("agents/pushed:1.0");
    List<String> second = push("agents/pushed:1.0");

    Inspection seen =
        Inspection.of(
            Reference.parse("https://" + host() + "/agents/pushed:1.0"),
            settings(List.of(), "secret"),
            new FakeTime(),
            new Random(1));

    assertThat(first).anyMatch(line -> line.contains(built.layer().digest() + " pushed"));
    assertThat(second).noneMatch(line -> line.startsWith("blob") && line.endsWith("pushed"));
    assertThat(seen.top()).isEqualTo(built.top());
    assertThat(seen.images()).hasSize(2);
  }

  @Test
  void what_was_pushed_can_be_pulled_with_the_password_only() throws Exception {
    push("agents/agent");
    String repository = "https://" + host() + "/agents/{package}";

    byte[] layer = layer(registry(repository, "secret", Map.of()));
    Fault wrong = Pulling.fault(() -> layer(registry(repository, "wrong", Map.of())));

    assertThat(Digest.of(layer)).isEqualTo(built.layer().digest());
    assertThat(wrong.reason().code()).isEqualTo(ReasonCode.AUTH_FAILED);
  }

  @Test
  void a_download_is_resumed_by_range() throws Exception {
    push("agents/ranged");
    Address.Remote remote = (Address.Remote) Address.parse(host() + "/agents/ranged");
    long from = built.layer().size() - 5;

    try (Repositories repositories =
            new Repositories(settings(List.of(), "secret"), new FakeTime(), Map.of());
        Body first =
            repositories
                .remote(https(remote))
                .blob(built.layer(), Resumption.start(built.layer()));
        Body rest =
            repositories
                .remote(https(remote))
                .blob(
                    built.layer(),
                    new Resumption(
                        new Span(from, built.layer().size()), false, true, first.validator()))) {
      assertThat(first.validator()).isNotEmpty();
      assertThat(rest.from()).isEqualTo(from);
      assertThat(rest.bytes().readAllBytes()).hasSize(5);
    }
  }

  @Test
  void squid_is_the_only_way_out() throws Exception {
    push("agents/agent");
    String repository =
        "https://%s:%d/agents/{package}".formatted(RealServers.NAME, servers.guarded);
    String proxy = "@127.0.0.1:" + servers.proxy;

    byte[] layer =
        layer(registry(repository, "secret", Map.of("https_proxy", "http://me:secret" + proxy)));
    Fault refused =
        Pulling.fault(() ->
            layer(
                registry(repository, "secret", Map.of("https_proxy", "http://me:wrong" + proxy))));

    assertThat(Digest.of(layer)).isEqualTo(built.layer().digest());
    assertThat(refused).isInstanceOf(Fault.Broken.class);
    assertThat(refused.reason().code()).isEqualTo(ReasonCode.PROXY_FAILED);
    assertThat(refused.getMessage()).doesNotContain("wrong" + proxy);
  }

  @Test
  void a_mirror_that_lies_stands_before_a_good_one() throws Exception {
    push("agents/agent");
    FakeRegistry liar =
        new FakeRegistry(Packed.manifest(new byte[] {1}))
            .always(FakeRegistry.answer(200, "garbage"))
            .started();

    try (liar) {
      Registry registry =
          new Registry(
              settings(
                  List.of(liar.address(), "https://" + host() + "/agents/{package}"), "secret"),
              new SystemTime(),
              new Random(1),
              Map.of());

      assertThat(Digest.of(layer(registry))).isEqualTo(built.layer().digest());
    }
  }

  private static Build.Built build(String architecture) throws Exception {
    Path descriptor =
        Files.writeString(
            folder.resolve("agent.yaml"),
            """
            formatVersion: 1
            name: agent
            version: "1.0"
            platform: {os: linux, architecture: %s}
            """
                .formatted(architecture));
    return new Build(
            folder.resolve("agent"),
            descriptor,
            folder.resolve("layout"),
            "",
            Ownership.ROOT,
            Instant.EPOCH,
            3)
        .run();
  }

  private static List<String> push(String repository) throws Exception {
    List<String> said = new ArrayList<>();
    try (Push push = new Push(settings(List.of(), "secret"), new SystemTime(), new Random(1))) {
      Digest digest =
          push.run(
              Reference.parse(folder.resolve("layout").toString()),
              Reference.parse("https://" + host() + "/" + repository),
              said::add);
      assertThat(digest).isEqualTo(built.top());
    }
    return said;
  }

  private static byte[] layer(Registry registry) throws Exception {
    Image image = registry.resolve(Packed.AGENT, built.top(), AMD);
    try (registry;
        InputStream stream = registry.open(image, image.layers().getFirst(), Traffic.UNNOTED)) {
      return stream.readAllBytes();
    }
  }

  private static Registry registry(
      String repository, String password, Map<String, String> environment) throws Exception {
    return new Registry(
        settings(List.of(repository), password), new FakeTime(), new Random(1), environment);
  }

  private static RegistrySettings settings(List<String> repositories, String password)
      throws Exception {
    String auth =
        Base64.getEncoder().encodeToString(("agent:" + password).getBytes(StandardCharsets.UTF_8));
    Path file =
        Files.writeString(
            folder.resolve(password + ".json"),
            "{\"auths\":{\"%1$s\":{\"auth\":\"%3$s\"},\"%2$s\":{\"auth\":\"%3$s\"}}}"
                .formatted(host(), RealServers.NAME + ":" + servers.guarded, auth));
    return new RegistrySettings(
        repositories, file, new Connections(servers.ca, ProxySettings.NONE, Patience.DEFAULT));
  }

  private static Address.Remote https(Address.Remote remote) {
    return new Address.Remote(URI.create("https://" + host()), remote.repository());
  }

  private static String host() {
    return "localhost:" + servers.guarded;
  }
}

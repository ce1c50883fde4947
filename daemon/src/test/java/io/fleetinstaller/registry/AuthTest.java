package io.fleetinstaller.registry;

import static io.fleetinstaller.registry.FakeRegistry.answer;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Logging in: what is asked of whom, what is kept, and what is never sent. */
class AuthTest {
  private final Packed packed = Packed.manifest(new byte[] {1, 2, 3});
  private final FakeRegistry registry = new FakeRegistry(packed).started();
  private final Pulling pulling = Pulling.from(registry);

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void a_token_is_fetched_once_and_used_until_it_expires() throws Exception {
    registry.script(request -> tokens(request, "{\"token\":\"t1\",\"expires_in\":300}", "t1"));

    pulling.layer(packed);
    pulling.layer(packed);
    long before = tokenRequests();
    pulling.time.pass(Duration.ofMinutes(10));
    pulling.layer(packed);

    assertThat(before).isEqualTo(1);
    assertThat(tokenRequests()).isEqualTo(2);
    RecordedRequest asked =
        registry.requests.stream().filter(AuthTest::isToken).findFirst().orElseThrow();
    assertThat(asked.getUrl().queryParameter("service")).isEqualTo("the registry");
    assertThat(asked.getUrl().queryParameter("scope")).isEqualTo("repository:agents/agent:pull");
    assertThat(asked.getHeaders().get("Authorization")).isNull();
  }

  @Test
  void a_token_that_the_registry_no_longer_likes_is_fetched_anew() throws Exception {
    String[] valid = {"t1"};
    registry.script(
        request -> tokens(request, "{\"access_token\":\"%s\"}".formatted(valid[0]), valid[0]));
    pulling.layer(packed);

    valid[0] = "t2";
    byte[] layer = pulling.layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
    assertThat(tokenRequests()).isEqualTo(2);
  }

  @Test
  void the_account_of_the_auth_file_goes_to_the_token_server() throws Exception {
    registry.script(request -> tokens(request, "{\"token\":\"t1\"}", "t1"));

    pulling.authFile(config(registry, "user", "secret")).layer(packed);

    assertThat(registry.requests.stream().filter(AuthTest::isToken).findFirst().orElseThrow())
        .extracting(request -> request.getHeaders().get("Authorization"))
        .isEqualTo("Basic dXNlcjpzZWNyZXQ=");
  }

  @Test
  void an_identity_token_is_exchanged() throws Exception {
    registry.script(request -> tokens(request, "{\"access_token\":\"t1\"}", "t1"));
    Path file =
        write(
            """
            {"auths":{"%s":{"identitytoken":"long+lived"}}}\
            """
                .formatted(host(registry)));

    pulling.authFile(file).layer(packed);

    RecordedRequest asked =
        registry.requests.stream().filter(AuthTest::isToken).findFirst().orElseThrow();
    assertThat(asked.getMethod()).isEqualTo("POST");
    assertThat(asked.getBody().utf8())
        .contains("grant_type=refresh_token", "refresh_token=long%2Blived", "scope=repository");
  }

  @Test
  void without_an_account_a_registry_that_wants_one_says_where_to_put_it() {
    registry.always(
        new MockResponse.Builder()
            .code(401)
            .addHeader("WWW-Authenticate", "Basic realm=\"x\"")
            .build());

    Fault fault = pulling.failing(packed);

    assertThat(fault).isInstanceOf(Fault.Broken.class);
    assertThat(fault.reason().code()).isEqualTo(ReasonCode.AUTH_FAILED);
    assertThat(fault)
        .hasMessageContaining("registry.authFile")
        .hasMessageContaining(host(registry));
    assertThat(registry.requests).hasSize(1);
  }

  @Test
  void a_wrong_password_is_tried_once_and_never_shown() {
    registry.always(
        new MockResponse.Builder()
            .code(401)
            .addHeader("WWW-Authenticate", "Basic realm=\"x\"")
            .build());

    Fault fault = pulling.authFile(config(registry, "user", "hunter2")).failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.AUTH_FAILED);
    assertThat(fault.getMessage()).doesNotContain("hunter2");
    assertThat(registry.requests).hasSize(2);
  }

  @Test
  void a_token_server_that_refuses_is_an_auth_failure() {
    registry.script(request ->
        isToken(request)
            ? Optional.of(answer(403, "{\"errors\":[{\"message\":\"denied\"}]}"))
            : tokens(request, "", "t1"));

    Fault fault = pulling.failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.AUTH_FAILED);
    assertThat(fault).hasMessageContaining("denied");
  }

  @Test
  void a_token_server_that_answers_nonsense_is_an_auth_failure() {
    registry.script(request -> tokens(request, "{\"token\":\"a b\\r\\nX: y\"}", "t1"));

    Fault fault = pulling.failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.AUTH_FAILED);
  }

  @Test
  void an_auth_file_that_cannot_be_read_is_named() {
    registry.script(request -> tokens(request, "{\"token\":\"t1\"}", "t1"));

    Fault fault = pulling.authFile(Path.of("/nowhere/config.json")).failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.AUTH_FAILED);
    assertThat(fault).hasMessageContaining("/nowhere/config.json");
  }

  static Path config(FakeRegistry registry, String user, String password) {
    String pair =
        Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    return write("{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}".formatted(host(registry), pair));
  }

  private static Path write(String json) {
    try {
      Path file = Files.createTempFile("config", ".json");
      file.toFile().deleteOnExit();
      return Files.writeString(file, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String host(FakeRegistry registry) {
    return "127.0.0.1:" + registry.server.getPort();
  }

  private Optional<MockResponse> tokens(RecordedRequest request, String answer, String valid) {
    if (isToken(request)) {
      return Optional.of(answer(200, answer));
    }
    if (("Bearer " + valid).equals(request.getHeaders().get("Authorization"))) {
      return Optional.empty();
    }
    String challenge =
        "Bearer realm=\"%s\",service=\"the registry\",scope=\"repository:agents/agent:pull\""
            .formatted(registry.server.url("/token"));
    return Optional.of(
        new MockResponse.Builder().code(401).addHeader("WWW-Authenticate", challenge).build());
  }

  private long tokenRequests() {
    return registry.requests.stream().filter(AuthTest::isToken).count();
  }

  private static boolean isToken(RecordedRequest request) {
    return request.getUrl().encodedPath().equals("/token");
  }
}

package io.fleetinstaller.registry;

import static io.fleetinstaller.registry.FakeRegistry.answer;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Registries that mean harm, or were made by somebody who had other ideas. */
@Timeout(30)
class OddServersTest {
  private static final int MEBIBYTE = 1 << 20;

  private final Packed packed = Packed.manifest(bytes(3 * MEBIBYTE));
  private final FakeRegistry registry = new FakeRegistry(packed).started();
  private final Pulling pulling = Pulling.from(registry);

  @AfterEach
  void stop() {
    registry.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"caf\u00e9\"", "\"a\tb\"", "\"a b\"", "bare", "\"", "W/\"weak\"", ""})
  void a_tag_that_is_no_strong_one_is_not_sent_back(String tag) throws Exception {
    registry
        .cutting(MEBIBYTE)
        .script(request ->
            isLayer(request)
                ? Optional.of(
                    registry
                        .honest(request)
                        .newBuilder()
                        .removeHeader("ETag")
                        .addHeaderLenient("ETag", tag)
                        .build())
                : Optional.empty());

    byte[] layer = pulling.layer(packed);

    assertThat(layer).isEqualTo(packed.layer);
    assertThat(registry.headers("If-Range")).containsOnly("-");
  }

  @Test
  void the_head_of_an_answer_is_not_waited_for_without_end() {
    registry.script(request ->
        isLayer(request)
            ? Optional.of(
                new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build())
            : Optional.empty());

    Fault fault = pulling.patientWithBytes().failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.TOO_SLOW);
  }

  @Test
  void a_descriptor_that_trickles_is_not_waited_for_without_end() {
    registry.script(request ->
        request.getUrl().encodedPath().contains("/blobs/") && !isLayer(request)
            ? Optional.of(trickling(registry.honest(request)))
            : Optional.empty());

    Fault fault = pulling.patientWithBytes().failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.TOO_SLOW);
  }

  @Test
  void the_words_of_a_refusal_that_trickle_are_not_waited_for_without_end() {
    String words = "{\"errors\":[{\"message\":\"%s\"}]}".formatted("no ".repeat(1000));
    registry.script(request ->
        isLayer(request) ? Optional.of(trickling(answer(500, words))) : Optional.empty());

    Fault fault = pulling.patientWithBytes().failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.REGISTRY_ERROR);
    assertThat(fault).hasMessageEndingWith("it answered 500");
  }

  @Test
  void a_chunk_whose_head_trickles_is_not_waited_for_without_end() {
    Buffer chunk =
        new Buffer().writeUtf8("5;" + "extension".repeat(1000) + "\r\n12345\r\n0\r\n\r\n");
    MockResponse chunked =
        new MockResponse.Builder()
            .body(chunk)
            .removeHeader("Content-Length")
            .addHeader("Transfer-Encoding", "chunked")
            .build();
    registry.script(
        request -> isLayer(request) ? Optional.of(trickling(chunked)) : Optional.empty());

    Fault fault = pulling.patientWithBytes().failing(packed);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.TOO_SLOW);
  }

  @Test
  void a_layer_may_take_longer_than_a_document() throws Exception {
    registry.script(request ->
        isLayer(request)
            ? Optional.of(
                registry
                    .honest(request)
                    .newBuilder()
                    .throttleBody(MEBIBYTE, 1, TimeUnit.SECONDS)
                    .build())
            : Optional.empty());

    assertThat(pulling.patientWithBytes().layer(packed)).isEqualTo(packed.layer);
  }

  /** Ten bytes a second. */
  private static MockResponse trickling(MockResponse answer) {
    return answer.newBuilder().throttleBody(1, 100, TimeUnit.MILLISECONDS).build();
  }

  private boolean isLayer(RecordedRequest request) {
    return request.getUrl().encodedPath().contains(Digest.of(packed.layer).toString());
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }
}

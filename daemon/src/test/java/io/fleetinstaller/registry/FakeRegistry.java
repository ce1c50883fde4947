package io.fleetinstaller.registry;

import io.fleetinstaller.release.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;

/**
 * A registry on loopback that holds one package. What a test scripts is answered first; whatever it
 * leaves open, an honest registry answers.
 */
final class FakeRegistry implements AutoCloseable {
  final MockWebServer server = new MockWebServer();
  final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
  private final Packed packed;
  private volatile Function<RecordedRequest, Optional<MockResponse>> script =
      request -> Optional.empty();
  private volatile boolean ranges = true;
  private volatile int cutAfter = Integer.MAX_VALUE;

  FakeRegistry(Packed packed) {
    this.packed = packed;
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            requests.add(request);
            return script.apply(request).orElseGet(() -> honest(request));
          }
        });
  }

  FakeRegistry started() {
    try {
      server.start(InetAddress.getLoopbackAddress(), 0);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Answers before the honest registry does. */
  FakeRegistry script(Function<RecordedRequest, Optional<MockResponse>> answers) {
    script = answers;
    return this;
  }

  /** The same answer to every request. */
  FakeRegistry always(MockResponse answer) {
    return script(request -> Optional.of(answer));
  }

  /** Knows nothing of ranges. */
  FakeRegistry withoutRanges() {
    ranges = false;
    return this;
  }

  /** Cuts each connection that carries a layer after so many bytes. */
  FakeRegistry cutting(int bytes) {
    cutAfter = bytes;
    return this;
  }

  String address() {
    return "http://127.0.0.1:" + server.getPort() + "/agents/agent";
  }

  List<String> paths() {
    return requests.stream().map(request -> request.getUrl().encodedPath()).toList();
  }

  List<String> headers(String name) {
    return requests.stream()
        .map(request -> Optional.ofNullable(request.getHeaders().get(name)).orElse("-"))
        .toList();
  }

  boolean isLayer(RecordedRequest request) {
    return request.getUrl().encodedPath().contains(packed.layerDigest());
  }

  MockResponse honest(RecordedRequest request) {
    String path = request.getUrl().encodedPath();
    String wanted = path.substring(path.lastIndexOf('/') + 1);
    boolean known = wanted.startsWith("sha256:") && !path.contains("/referrers/");
    byte[] document = known ? packed.documents.get(Digest.parse(wanted)) : null;
    if (document == null) {
      return answer(404, "{\"errors\":[{\"code\":\"X\",\"message\":\"no such thing here\"}]}");
    }
    return path.contains("/blobs/") ? blob(request, document) : answer(200, document);
  }

  private MockResponse blob(RecordedRequest request, byte[] document) {
    String range = request.getHeaders().get("Range");
    boolean part = range != null && ranges;
    String[] ends = part ? range.replace("bytes=", "").split("-", 2) : new String[] {"0", ""};
    int from = Integer.parseInt(ends[0]);
    int to = ends[1].isEmpty() ? document.length : Integer.parseInt(ends[1]) + 1;
    byte[] rest = Arrays.copyOfRange(document, from, to);
    MockResponse.Builder answer =
        new MockResponse.Builder()
            .code(part ? 206 : 200)
            .body(new Buffer().write(rest, 0, Math.min(rest.length, cutAfter)))
            .setHeader("Content-Length", rest.length)
            .addHeader("ETag", "\"copy\"");
    if (part) {
      answer.addHeader("Content-Range", "bytes %d-%d/%d".formatted(from, to - 1, document.length));
    }
    if (cutAfter < rest.length) {
      answer.onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE);
    }
    return answer.build();
  }

  static MockResponse answer(int status, String body) {
    return new MockResponse.Builder().code(status).body(body).build();
  }

  static MockResponse answer(int status, byte[] body) {
    return new MockResponse.Builder().code(status).body(new Buffer().write(body)).build();
  }

  @Override
  public void close() {
    server.close();
  }
}

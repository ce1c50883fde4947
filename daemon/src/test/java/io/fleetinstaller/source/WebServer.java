package io.fleetinstaller.source;

import io.fleetinstaller.release.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okio.Buffer;

/**
 * A static web server on loopback with entity tags. What a test scripts is answered first; whatever
 * it leaves open is answered honestly.
 */
final class WebServer implements AutoCloseable {
  /** So much an endless answer would send; nobody must ever read it all. */
  static final long ENDLESS = 1L << 30;

  private final MockWebServer server = new MockWebServer();
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
  private final AtomicLong bytesSent = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private volatile Function<RecordedRequest, Optional<MockResponse>> script =
      request -> Optional.empty();
  private volatile UnaryOperator<MockResponse.Builder> pace = answer -> answer;

  void start() {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            requests.add(request);
            return script.apply(request).orElseGet(() -> honest(request));
          }
        });
    try {
      server.start(InetAddress.getLoopbackAddress(), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url() {
    return "http://127.0.0.1:" + server.getPort() + "/";
  }

  void put(String path, String text) {
    put(path, text.getBytes(StandardCharsets.UTF_8));
  }

  void put(String path, byte[] bytes) {
    files.put("/" + path, bytes);
  }

  /** Serves these files and no others. */
  void serve(Map<String, byte[]> all) {
    files.clear();
    all.forEach(this::put);
  }

  void script(Function<RecordedRequest, Optional<MockResponse>> answers) {
    script = answers;
  }

  void honest() {
    script = request -> Optional.empty();
  }

  void always(MockResponse answer) {
    script = request -> Optional.of(answer);
  }

  /** Sends bytes and no end, without saying how many. */
  void endless() {
    script = request -> Optional.of(endlessAnswer(false));
  }

  MockResponse endlessAnswer(boolean announced) {
    return new MockResponse.Builder()
        .body(
            new mockwebserver3.MockResponseBody() {
              @Override
              public long getContentLength() {
                return announced ? ENDLESS : -1;
              }

              @Override
              public void writeTo(okio.BufferedSink sink) throws IOException {
                byte[] some = new byte[4096];
                while (sent.get() < ENDLESS) {
                  sink.write(some).flush();
                  sent.addAndGet(some.length);
                }
              }
            })
        .build();
  }

  /** How much of endless answers went out. */
  long sent() {
    return sent.get();
  }

  void throttle(long bytes, long each, TimeUnit unit) {
    pace = answer -> answer.throttleBody(bytes, each, unit);
  }

  List<String> requests() {
    return requests.stream().map(request -> request.getUrl().encodedPath()).toList();
  }

  /** Bytes of honest bodies. */
  long bytesSent() {
    return bytesSent.get();
  }

  void forgetRequests() {
    bytesSent.set(0);
    requests.clear();
  }

  List<String> bodies() {
    return requests.stream().map(request -> request.getBody().utf8()).toList();
  }

  List<String> headers(String name) {
    return requests.stream().map(request -> "" + request.getHeaders().get(name)).toList();
  }

  String header(String name) {
    return requests.getLast().getHeaders().get(name);
  }

  MockResponse honest(RecordedRequest request) {
    byte[] bytes = files.get(request.getUrl().encodedPath());
    if (bytes == null) {
      return new MockResponse.Builder().code(404).body("not found").build();
    }
    String tag = "\"" + Digest.of(bytes).shortHex() + "\"";
    if (tag.equals(request.getHeaders().get("If-None-Match"))) {
      return new MockResponse.Builder().code(304).addHeader("ETag", tag).build();
    }
    bytesSent.addAndGet(bytes.length);
    MockResponse.Builder answer =
        new MockResponse.Builder().addHeader("ETag", tag).body(new Buffer().write(bytes));
    return pace.apply(answer).build();
  }

  @Override
  public void close() {
    server.close();
  }
}

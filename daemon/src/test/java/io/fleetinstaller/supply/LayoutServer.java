package io.fleetinstaller.supply;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okio.Buffer;

/** A registry that serves a layout, as honestly as the test lets it. */
public final class LayoutServer implements AutoCloseable {
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]*)");

  public final List<String> ranges = new CopyOnWriteArrayList<>();
  public final List<String> requests = new CopyOnWriteArrayList<>();
  private final MockWebServer server = new MockWebServer();
  private final Path layout;
  private volatile Function<Part, Optional<MockResponse>> lie = _ -> Optional.empty();

  /** A part of a blob that somebody asks for. */
  // An array on purpose: never compared.
  @SuppressWarnings("ArrayRecordComponent")
  public record Part(byte[] blob, int from, int to) {
    public boolean isWhole() {
      return from == 0 && to == blob.length;
    }

    public MockResponse answer(byte[] bytes) {
      return new MockResponse.Builder()
          .code(206)
          .addHeader("Content-Range", "bytes %d-%d/%d".formatted(from, to - 1, blob.length))
          .body(new Buffer().write(bytes))
          .build();
    }

    public byte[] bytes() {
      return Arrays.copyOfRange(blob, from, to);
    }
  }

  public LayoutServer(Path layout) throws IOException {
    this.layout = layout;
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return serve(request);
          }
        });
    server.start();
  }

  public String address() {
    return "http://localhost:%d/agents/{package}".formatted(server.getPort());
  }

  /** Where a blob is, for whoever is sent there. */
  public String blob(Digest digest) {
    return "http://localhost:%d/elsewhere/%s".formatted(server.getPort(), digest);
  }

  /** What is answered instead of the truth. */
  public void lie(Function<Part, Optional<MockResponse>> instead) {
    lie = instead;
  }

  private MockResponse serve(RecordedRequest request) {
    String path = request.getUrl().encodedPath();
    requests.add(path);
    if (path.contains("/referrers/")) {
      return new MockResponse.Builder().code(404).build();
    }
    try {
      String wanted = named(path.replaceFirst(".*/", "")).replace("sha256:", "");
      if (wanted.isEmpty()) {
        return new MockResponse.Builder().code(404).build();
      }
      Path file = layout.resolve("blobs/sha256").resolve(wanted);
      if (!Files.exists(file)) {
        return new MockResponse.Builder().code(404).build();
      }
      byte[] blob = Files.readAllBytes(file);
      Matcher range =
          RANGE.matcher(Optional.ofNullable(request.getHeaders().get("Range")).orElse(""));
      if (!range.matches()) {
        return lie.apply(new Part(blob, 0, blob.length)).orElseGet(() -> whole(blob));
      }
      ranges.add(range.group());
      int to = range.group(2).isEmpty() ? blob.length : Integer.parseInt(range.group(2)) + 1;
      Part part = new Part(blob, Integer.parseInt(range.group(1)), to);
      return lie.apply(part).orElseGet(() -> part.answer(part.bytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Fault e) {
      throw new AssertionError(e);
    }
  }

  /** The digest that a tag stands for; a digest stands for itself. */
  private String named(String reference) throws IOException, Fault {
    if (reference.startsWith("sha256:")) {
      return reference;
    }
    byte[] index = Files.readAllBytes(layout.resolve("index.json"));
    for (Document entry : Document.json("index.json", index).objects("manifests")) {
      Map<String, String> annotations = entry.textMap("annotations");
      if (reference.equals(annotations.get("org.opencontainers.image.ref.name"))) {
        return entry.text("digest");
      }
    }
    return "";
  }

  public static MockResponse whole(byte[] blob) {
    return new MockResponse.Builder().body(new Buffer().write(blob)).build();
  }

  public static MockResponse redirect(String location) {
    return new MockResponse.Builder().code(307).addHeader("Location", location).build();
  }

  @Override
  public void close() {
    server.close();
  }
}

package io.fleetinstaller.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.supply.Editions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Publishing what leads to a release, in registries with and without the referrers API. */
@Timeout(60)
final class PushTest {
  @TempDir private Path folder;
  private final List<Map<String, Object>> referrers = new ArrayList<>();
  private final Packed packed = Packed.manifest(new byte[] {1, 2, 3});
  private final FakeRegistry server = new FakeRegistry(packed);
  private volatile boolean later;
  private Editions editions;
  private Digest release;
  private Digest delta;

  @BeforeEach
  void a_release_and_a_delta_in_a_layout() throws Exception {
    editions = new Editions(folder);
    editions.build("1", editions.tree(1));
    release = editions.build("2", editions.tree(2));
    delta = editions.delta();
    server.started();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void a_registry_that_lists_referrers_by_itself_is_given_no_tag_though_it_lists_them_later()
      throws Exception {
    server.script(request -> listing(request).or(() -> keeping(request)));

    push();
    later = true;

    assertThat(puts()).contains(release.toString(), delta.toString());
    assertThat(puts()).noneMatch(Referrers::isTag);
    assertThat(found()).containsExactly(delta);
  }

  @Test
  void a_registry_that_does_not_is_given_one() throws Exception {
    server.script(this::keeping);

    push();

    assertThat(puts()).endsWith(delta.toString(), Referrers.tag(release));
  }

  private void push() throws Exception {
    try (Push push = new Push(RegistrySettings.NONE, new FakeTime(), new Random(1))) {
      push.run(
          Reference.parse(editions.layout() + ":2"), Reference.parse(server.address()), _ -> {});
    }
  }

  /** The deltas that a host finds there, each with its manifest, table and blocks. */
  private List<Digest> found() throws Exception {
    try (Registry registry =
        new Registry(
            RegistrySettings.of(List.of(server.address())), new FakeTime(), new Random(1))) {
      Image image = registry.resolve(Packed.AGENT, release, Platform.ofThisHost());
      List<Digest> found = new ArrayList<>();
      for (DeltaRef ref : registry.deltas(image, Traffic.UNNOTED)) {
        Delta one = registry.delta(image, ref, Traffic.UNNOTED);
        assertThat(ref.from()).isNotEmpty();
        assertThat(packed.documents).containsKeys(one.table().digest(), one.blocks().digest());
        found.add(one.manifest());
      }
      return found;
    }
  }

  /** What manifests were put under, in this order. */
  private List<String> puts() {
    return server.requests.stream()
        .filter(request -> request.getMethod().equals("PUT"))
        .map(request -> request.getUrl().encodedPath())
        .filter(path -> path.contains("/manifests/"))
        .map(path -> path.replaceFirst(".*/", ""))
        .toList();
  }

  /** The referrers API: it says so of what refers to something, and lists it. */
  private Optional<MockResponse> listing(RecordedRequest request) {
    String path = request.getUrl().encodedPath();
    if (path.contains("/referrers/")) {
      byte[] index =
          Json.bytes(Map.of("schemaVersion", 2, "manifests", later ? referrers : List.of()));
      return Optional.of(FakeRegistry.answer(200, index));
    }
    if (!request.getMethod().equals("PUT") || !path.contains("/manifests/")) {
      return Optional.empty();
    }
    byte[] body = body(request);
    Optional<Document> subject = read(() -> Document.json("it", body).optionalObject("subject"));
    return subject.map(_ -> {
      packed.add(body);
      referrers.add(entry(body));
      return FakeRegistry.answer(201, "")
          .newBuilder()
          .addHeader("OCI-Subject", release.toString())
          .build();
    });
  }

  private static Map<String, Object> entry(byte[] manifest) {
    Map<String, Object> entry = Packed.described(MediaTypes.MANIFEST, manifest);
    Document document = read(() -> Document.json("it", manifest));
    entry.put("artifactType", read(() -> document.text("artifactType")));
    entry.put("annotations", read(() -> document.textMap("annotations")));
    return entry;
  }

  /** What any registry does with what is pushed. */
  private Optional<MockResponse> keeping(RecordedRequest request) {
    return switch (request.getMethod()) {
      case "HEAD" -> Optional.of(FakeRegistry.answer(isThere(request) ? 200 : 404, ""));
      case "POST" ->
          Optional.of(
              FakeRegistry.answer(202, "")
                  .newBuilder()
                  .addHeader("Location", "/v2/agents/agent/blobs/uploads/1")
                  .build());
      case "PUT" -> {
        packed.add(body(request));
        yield Optional.of(FakeRegistry.answer(201, ""));
      }
      default -> Optional.empty();
    };
  }

  private boolean isThere(RecordedRequest request) {
    String digest = request.getUrl().encodedPath().replaceFirst(".*/", "");
    return packed.documents.containsKey(Digest.parse(digest));
  }

  private static byte[] body(RecordedRequest request) {
    return Objects.requireNonNull(request.getBody()).toByteArray();
  }

  private static <T> T read(Callable<T> reading) {
    try {
      return reading.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}

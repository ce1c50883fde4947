package io.fleetinstaller.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Finding what leads to a release, in registries with and without the referrers API. */
@Timeout(60)
final class DeltasTest {
  private static final Digest OLD = Digest.of(new byte[] {1});
  private static final Digest RELEASE = Digest.of(new byte[] {2});

  private final Packed packed = Packed.manifest(new byte[] {1, 2, 3});
  private final FakeRegistry server = new FakeRegistry(packed);
  private Registry registry;
  private Image image;

  @BeforeEach
  void start() throws Exception {
    server.started();
    registry = registry(server);
    image = registry.resolve(Packed.AGENT, packed.top, Packed.LINUX);
    server.requests.clear();
  }

  @AfterEach
  void stop() {
    registry.close();
    server.close();
  }

  @Test
  void the_referrers_api_lists_them() throws Exception {
    Digest delta = add(manifest());
    server.script(request -> answer(request, "/referrers/" + packed.top, index(delta)));

    List<DeltaRef> found = registry.deltas(image, Traffic.UNNOTED);

    assertThat(found).containsExactly(new DeltaRef(delta, List.of(OLD, RELEASE)));
    assertThat(server.requests).hasSize(1);
    assertThat(server.requests.getFirst().getUrl().queryParameter("artifactType"))
        .isEqualTo("application/vnd.fleetinstaller.delta.v1+json");
  }

  @Test
  void a_list_of_many_pages_is_read_on_the_same_host_up_to_a_bound() throws Exception {
    Digest delta = add(manifest());
    server.script(_ -> page("</v2/next?page=2>; rel=\"next\"", index(delta)));
    List<DeltaRef> bounded = registry.deltas(image, Traffic.UNNOTED);
    int requests = server.requests.size();
    server.script(_ -> page("<http://elsewhere.invalid/>; rel=next", index(delta)));
    List<DeltaRef> elsewhere = registry.deltas(image, Traffic.UNNOTED);

    assertThat(bounded).hasSize(Limits.REFERRERS_PAGES);
    assertThat(requests).isEqualTo(Limits.REFERRERS_PAGES);
    assertThat(server.paths().get(1)).isEqualTo("/v2/next");
    assertThat(elsewhere).hasSize(1);
  }

  private static Optional<MockResponse> page(String link, byte[] body) {
    return Optional.of(FakeRegistry.answer(200, body).newBuilder().addHeader("Link", link).build());
  }

  @Test
  void where_there_is_no_such_api_a_tag_lists_them() throws Exception {
    Digest delta = add(manifest());
    String tag = "/manifests/sha256-" + packed.top.hex();
    server.script(request -> answer(request, tag, index(delta)));

    List<DeltaRef> found = registry.deltas(image, Traffic.UNNOTED);

    assertThat(found).extracting(DeltaRef::manifest).containsExactly(delta);
    assertThat(server.paths()).hasSize(2).last().asString().endsWith(tag);
  }

  @Test
  void where_there_is_neither_there_are_none() throws Exception {
    assertThat(registry.deltas(image, Traffic.UNNOTED)).isEmpty();
    assertThat(server.requests).hasSize(2);
  }

  @Test
  void a_mirror_that_knows_of_none_hides_none_of_the_next_repository() throws Exception {
    Digest delta = add(manifest());
    try (FakeRegistry origin = new FakeRegistry(packed).started();
        Registry both = registry(server, origin)) {
      origin.script(request -> answer(request, "/referrers/", index(delta)));

      assertThat(both.deltas(image, Traffic.UNNOTED))
          .extracting(DeltaRef::manifest)
          .containsExactly(delta);
    }
  }

  @Test
  void looking_for_them_is_worth_one_try_for_each_repository() throws Exception {
    server.always(FakeRegistry.answer(503, ""));
    try (FakeRegistry origin = new FakeRegistry(packed).started();
        Registry both = registry(server, origin)) {
      origin.always(FakeRegistry.answer(503, ""));
      Digest promised = Digest.of(new byte[] {9});

      Fault list = Pulling.fault(() -> both.deltas(image, Traffic.UNNOTED));
      Fault one =
          Pulling.fault(
              () -> both.delta(image, new DeltaRef(promised, List.of()), Traffic.UNNOTED));

      assertThat(List.of(list, one)).hasOnlyElementsOfType(Fault.Transient.class);
      assertThat(server.requests).hasSize(2);
      assertThat(origin.requests).hasSize(2);
    }
  }

  private static Registry registry(FakeRegistry... servers) {
    return new Registry(
        RegistrySettings.of(Stream.of(servers).map(FakeRegistry::address).toList()),
        new FakeTime(),
        new Random(1),
        Map.of());
  }

  @Test
  void signatures_and_what_has_no_digest_to_lead_from_are_no_use() throws Exception {
    Digest delta = add(manifest());
    String index =
        """
        {"schemaVersion":2,"manifests":[
          {"mediaType":"x","digest":"%1$s","size":3,"artifactType":"application/signature"},
          {"mediaType":"x","digest":"%1$s","size":3,
           "artifactType":"application/vnd.fleetinstaller.delta.v1+json",
           "annotations":{"io.fleetinstaller.delta.from":"latest"}}]}
        """
            .formatted(delta);
    server.script(request -> answer(request, "/referrers/", index.getBytes(UTF_8)));

    assertThat(registry.deltas(image, Traffic.UNNOTED))
        .containsExactly(new DeltaRef(delta, List.of()));
  }

  @Test
  void a_list_that_makes_no_sense_or_has_no_end_is_refused() {
    server.script(request -> answer(request, "/referrers/", "[]".getBytes(UTF_8)));
    Fault senseless = Pulling.fault(() -> registry.deltas(image, Traffic.UNNOTED));
    server.script(request -> answer(request, "/referrers/", new byte[Limits.REFERRERS + 1]));
    Fault endless = Pulling.fault(() -> registry.deltas(image, Traffic.UNNOTED));

    assertThat(senseless.reason().code()).isEqualTo(ReasonCode.MALFORMED);
    assertThat(endless.reason().code()).isEqualTo(ReasonCode.TOO_LARGE);
  }

  /** A list costs its host many times as much memory as it has bytes. */
  @Test
  void neither_a_tags_list_nor_what_it_names_is_read_when_it_is_large() {
    String tag = "/manifests/sha256-" + packed.top.hex();
    byte[] list =
        "{\"manifests\":[%s{}]}".formatted("{},".repeat(Limits.REFERRERS / 3)).getBytes(UTF_8);
    server.script(request -> answer(request, tag, list));
    Fault large = Pulling.fault(() -> registry.deltas(image, Traffic.UNNOTED));
    Map<String, Object> manifest = manifest();
    manifest.put("odd", "x".repeat(Limits.DELTA_MANIFEST));

    assertThat(large.reason().sentence()).contains("262144");
    assertThat(refusal(manifest)).contains("65536");
  }

  @Test
  void the_manifest_tells_where_table_and_blocks_are() throws Exception {
    Digest digest = add(manifest());

    Delta delta = registry.delta(image, new DeltaRef(digest, List.of()), Traffic.UNNOTED);

    assertThat(delta.to()).isEqualTo(packed.top);
    assertThat(delta.size()).isEqualTo(30);
    assertThat(delta.blocks().size()).isEqualTo(20);
  }

  @Test
  void a_manifest_of_something_else_is_refused() throws Exception {
    Map<String, Object> elsewhere = manifest();
    elsewhere.put("subject", blob("x", OLD, 3));
    Map<String, Object> signature = manifest();
    signature.put("artifactType", "application/signature");
    Map<String, Object> twoLayers = manifest();
    twoLayers.put("layers", List.of(blob("x", OLD, 3), blob("x", OLD, 3)));
    Map<String, Object> otherTable = manifest();
    otherTable.put("config", blob("application/vnd.oci.empty.v1+json", OLD, 2));
    Map<String, Object> largeTable = manifest();
    largeTable.put("config", blob(MediaTypes.DELTA_TABLE, OLD, 1L << 40));

    assertThat(refusal(elsewhere)).contains("subject", "it leads to " + OLD);
    assertThat(refusal(signature)).contains("artifactType");
    assertThat(refusal(twoLayers)).contains("one layer");
    assertThat(refusal(otherTable)).contains("must have a config");
    assertThat(refusal(largeTable)).contains("over the 2097152 bytes allowed");
  }

  @Test
  void a_manifest_that_is_not_the_one_of_the_list_is_refused() {
    Digest promised = Digest.of(new byte[] {9});
    server.script(request -> answer(request, promised.toString(), Json.bytes(manifest())));

    Fault fault =
        Pulling.fault(
            () -> registry.delta(image, new DeltaRef(promised, List.of()), Traffic.UNNOTED));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
  }

  @Test
  void an_index_that_gets_one_more_keeps_what_others_wrote_into_it() throws Exception {
    String others =
        """
        {"schemaVersion":2,"odd":"kept","manifests":[{"digest":"sha256:1","own":[1,{"a":null}]}]}
        """;
    Blob delta = new Blob(MediaTypes.MANIFEST, OLD, 3);
    Map<String, Object> entry = Referrers.entry(delta, Map.of("a", "b"));

    byte[] more = Referrers.with("it", Optional.of(others.getBytes(UTF_8)), entry).orElseThrow();

    assertThat(new String(more, UTF_8))
        .contains("\"odd\":\"kept\"", "\"own\":[1,{\"a\":null}]", OLD.toString());
    assertThat(Referrers.with("it", Optional.of(more), entry)).isEmpty();
  }

  private String refusal(Map<String, Object> manifest) {
    Digest digest = add(manifest);
    Fault fault =
        Pulling.fault(
            () -> registry.delta(image, new DeltaRef(digest, List.of()), Traffic.UNNOTED));
    assertThat(fault.reason().code()).isIn(ReasonCode.MALFORMED, ReasonCode.TOO_LARGE);
    return fault.getMessage();
  }

  private Map<String, Object> manifest() {
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", MediaTypes.MANIFEST);
    manifest.put("artifactType", MediaTypes.DELTA);
    manifest.put("config", blob(MediaTypes.DELTA_TABLE, OLD, 10));
    manifest.put("layers", List.of(blob(MediaTypes.DELTA_BLOCKS, OLD, 20)));
    manifest.put("subject", blob(MediaTypes.MANIFEST, packed.top, 3));
    return manifest;
  }

  private Digest add(Map<String, Object> manifest) {
    byte[] bytes = Json.bytes(manifest);
    packed.documents.put(Digest.of(bytes), bytes);
    return Digest.of(bytes);
  }

  private static byte[] index(Digest delta) {
    Map<String, String> from = DeltaRef.annotations(List.of(OLD, RELEASE));
    Map<String, Object> entry = Referrers.entry(new Blob(MediaTypes.MANIFEST, delta, 3), from);
    return Json.bytes(Map.of("schemaVersion", 2, "manifests", new ArrayList<>(List.of(entry))));
  }

  private static Map<String, Object> blob(String mediaType, Digest digest, long size) {
    return LayoutWriter.tree(new Blob(mediaType, digest, size));
  }

  private static Optional<MockResponse> answer(RecordedRequest request, String part, byte[] body) {
    return request.getUrl().encodedPath().contains(part)
        ? Optional.of(FakeRegistry.answer(200, body))
        : Optional.empty();
  }
}

package io.fleetinstaller.registry;

import static io.fleetinstaller.registry.Packed.AGENT;
import static io.fleetinstaller.registry.Packed.LINUX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.Faulted;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages in folders: the same interface and the same checks as packages in a registry. */
class LayoutTest {
  @TempDir private Path folder;

  @Test
  void a_release_is_found_through_its_index_and_its_layer_is_read() throws Exception {
    Packed packed = Packed.index(bytes(300_000)).into(folder);
    AtomicLong arrived = new AtomicLong();

    Image image = registry().resolve(packed.release(), LINUX);
    byte[] layer = read(image, arrived);

    assertThat(image.release()).isEqualTo(packed.release());
    assertThat(image.manifest()).isNotEqualTo(packed.top);
    assertThat(layer).isEqualTo(packed.layer);
    assertThat(arrived).hasValue(packed.layer.length);
  }

  @Test
  void a_release_may_be_a_bare_manifest() throws Exception {
    Packed packed = Packed.manifest(bytes(10)).into(folder);

    Image image = registry().resolve(AGENT, packed.top, LINUX);

    assertThat(image.release()).isEqualTo(packed.release());
    assertThat(image.descriptorBytes())
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(Packed.descriptor("agent", "1.2.3", LINUX));
  }

  @Test
  void the_placeholder_stands_for_the_packages_name() throws Exception {
    Packed packed = Packed.manifest(bytes(10)).into(folder.resolve("agent"));

    Image image = registry(folder + "/{package}").resolve(packed.release(), LINUX);

    assertThat(image.release()).isEqualTo(packed.release());
  }

  @Test
  void what_is_not_there_is_named() {
    Packed packed = Packed.manifest(bytes(10)).into(folder);
    Digest other = Digest.of(bytes(4));

    Fault fault = fault(() -> registry().resolve(AGENT, other, LINUX));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.NOT_FOUND);
    assertThat(fault).hasMessageContaining(other.toString()).hasMessageContaining("file:" + folder);
    assertThat(packed.top).isNotEqualTo(other);
  }

  @Test
  void a_changed_manifest_is_not_used() throws Exception {
    Packed packed = Packed.manifest(bytes(10)).into(folder);
    Files.writeString(blob(packed.top), "{}");

    Fault fault = fault(() -> registry().resolve(packed.release(), LINUX));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
  }

  @Test
  void the_last_byte_of_a_changed_layer_is_never_handed_out() throws Exception {
    Packed packed = Packed.manifest(bytes(100_000)).into(folder);
    Image image = registry().resolve(packed.release(), LINUX);
    byte[] changed = packed.layer.clone();
    changed[50] ^= 1;
    Files.write(blob(image.layers().getFirst().digest()), changed);

    AtomicLong arrived = new AtomicLong();
    Faulted thrown = catchThrowableOfType(Faulted.class, () -> read(image, arrived));

    assertThat(Faulted.in(thrown).orElseThrow().reason().code())
        .isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(arrived.get()).isLessThan(packed.layer.length);
  }

  @Test
  void a_layer_of_another_size_is_not_even_begun() throws Exception {
    Packed packed = Packed.manifest(bytes(1000)).into(folder);
    Image image = registry().resolve(packed.release(), LINUX);
    Files.write(blob(image.layers().getFirst().digest()), Arrays.copyOf(packed.layer, 999));

    Fault fault = fault(() -> registry().open(image, image.layers().getFirst(), Traffic.UNNOTED));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.SIZE_MISMATCH);
    assertThat(fault).hasMessageContaining("999 bytes instead of 1000");
  }

  @Test
  void another_name_another_version_and_another_platform_are_refused() {
    Packed other = Packed.of(Packed.descriptor("other", "1.2.3", LINUX)).into(folder);
    Packed newer = Packed.of(Packed.descriptor("agent", "1.2.4", LINUX)).into(folder);
    Packed arm =
        Packed.of(Packed.descriptor("agent", "1.2.3", new Platform("linux", "arm64"))).into(folder);

    Fault byName = fault(() -> registry().resolve(other.release(), LINUX));
    Fault byVersion = fault(() -> registry().resolve(newer.release(), LINUX));
    Fault byPlatform = fault(() -> registry().resolve(arm.release(), LINUX));

    assertThat(byName.reason().code()).isEqualTo(ReasonCode.DESCRIPTOR_MISMATCH);
    assertThat(byName).hasMessageContaining("it is other").hasMessageContaining("agent");
    assertThat(byVersion.reason().code()).isEqualTo(ReasonCode.DESCRIPTOR_MISMATCH);
    assertThat(byVersion).hasMessageContaining("1.2.4").hasMessageContaining("1.2.3");
    assertThat(byPlatform.reason().code()).isEqualTo(ReasonCode.PLATFORM_MISMATCH);
  }

  @Test
  void an_index_without_this_platform_names_those_it_has() {
    Packed packed = Packed.index(bytes(10)).into(folder);

    Fault fault =
        fault(() -> registry().resolve(packed.release(), new Platform("windows", "amd64")));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.PLATFORM_MISMATCH);
    assertThat(fault).hasMessageContaining("linux/amd64").hasMessageContaining("linux/arm64");
  }

  @Test
  void a_manifest_of_another_size_than_its_index_says_is_refused() {
    Packed packed = Packed.manifest(bytes(10));
    String index =
        """
        {"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"%s","size":7,
          "platform":{"os":"linux","architecture":"amd64"}}]}\
        """
            .formatted(MediaTypes.MANIFEST, packed.top);
    packed.top = packed.add(index.getBytes(StandardCharsets.UTF_8));
    packed.into(folder);

    Fault fault = fault(() -> registry().resolve(packed.release(), LINUX));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.SIZE_MISMATCH);
  }

  @Test
  void what_is_not_a_package_is_refused() {
    Packed packed = Packed.manifest(bytes(10));
    packed.top = packed.addManifest("{}", "application/vnd.oci.image.config.v1+json");
    packed.into(folder);

    Fault fault = fault(() -> registry().resolve(packed.release(), LINUX));

    assertThat(fault).hasMessageContaining("it is not a package");
  }

  @Test
  void a_document_that_is_an_index_and_a_manifest_is_refused() {
    Packed packed = Packed.manifest(bytes(10));
    packed.top =
        packed.add(
            "{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}"
                .getBytes(StandardCharsets.UTF_8));
    packed.into(folder);

    Fault fault = fault(() -> registry().resolve(packed.release(), LINUX));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.MALFORMED);
    assertThat(fault).hasMessageContaining("at once");
  }

  @Test
  void too_many_layers_too_large_layers_and_other_digests_are_refused() {
    for (String layers :
        List.of(
            "[" + "{},".repeat(64) + "{}]",
            "[{\"mediaType\":\"x\",\"digest\":\"sha256:%s\",\"size\":%d}]"
                .formatted("0".repeat(64), Limits.LAYER + 1),
            "[{\"mediaType\":\"x\",\"digest\":\"sha512:00\",\"size\":1}]",
            "[{\"mediaType\":\"text/html\",\"digest\":\"sha256:%s\",\"size\":1}]"
                .formatted("0".repeat(64)))) {
      Packed packed = Packed.manifest(bytes(10));
      byte[] config = Packed.descriptor("agent", "1.2.3", LINUX).getBytes(StandardCharsets.UTF_8);
      String manifest =
          "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d},\"layers\":%s}"
              .formatted(DescriptorFormat.MEDIA_TYPE, Digest.of(config), config.length, layers);
      packed.top = packed.add(manifest.getBytes(StandardCharsets.UTF_8));
      packed.into(folder);

      Fault fault = fault(() -> registry().resolve(packed.release(), LINUX));

      assertThat(fault).as(layers).isInstanceOf(Fault.Refused.class);
    }
  }

  @Test
  void a_package_in_datadogs_format_is_read_from_its_annotations() throws Exception {
    Packed packed = Packed.manifest(bytes(10));
    Map<String, Object> layer =
        Packed.described("application/vnd.datadog.package.layer.v1.tar+zstd", packed.layer);
    Map<String, Object> config =
        Packed.described("application/vnd.datadog.package.config.layer.v1.tar+zstd", bytes(5));
    Map<String, Object> manifest =
        Map.of(
            "schemaVersion",
            2,
            "config",
            Packed.described("application/vnd.oci.image.config.v1+json", bytes(2)),
            "layers",
            List.of(layer, config),
            "annotations",
            Map.of(
                "com.datadoghq.package.name", "agent",
                "com.datadoghq.package.version", "1.2.3",
                "com.datadoghq.package.size", "12345"));
    packed.top = packed.add(io.fleetinstaller.io.Json.bytes(manifest));
    packed.into(folder);

    Image image = registry().resolve(packed.release(), LINUX);

    assertThat(image.release().version()).isEqualTo(new Version("1.2.3"));
    assertThat(image.descriptor().unpackedSize()).isEqualTo(12345);
    assertThat(image.descriptor().services()).isEmpty();
    assertThat(image.layers()).hasSize(1);
    assertThat(image.notes()).hasSize(1).first().asString().contains("config.layer");
    assertThat(DescriptorFormat.read("stored", image.descriptorBytes()))
        .isEqualTo(image.descriptor());
    assertThat(read(image, new AtomicLong())).isEqualTo(packed.layer);
  }

  @Test
  void without_any_repository_the_setting_is_named() {
    Registry registry =
        new Registry(RegistrySettings.NONE, new FakeTime(), new Random(1), Map.of());
    Release release = new Release(AGENT, new Version("1"), Digest.of(bytes(1)));

    Fault fault = fault(() -> registry.resolve(release, LINUX));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.BAD_SETTINGS);
    assertThat(fault).hasMessageContaining("registry.repositories");
  }

  private Registry registry() {
    return registry(folder.toString());
  }

  private static Registry registry(String folder) {
    return new Registry(
        RegistrySettings.of(List.of("file:" + folder)), new FakeTime(), new Random(1), Map.of());
  }

  @Test
  void a_blob_that_cannot_be_read_is_not_taken_for_trouble_with_this_hosts_own_disk()
      throws Exception {
    Packed packed = Packed.manifest(bytes(1000)).into(folder);
    Image image = registry().resolve(packed.release(), LINUX);
    Path file = blob(image.layers().getFirst().digest());
    Files.delete(file);
    Files.createSymbolicLink(file, file);

    Fault fault = fault(() -> read(image, new AtomicLong()));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.REGISTRY_ERROR);
    assertThat(fault).hasMessageContaining(file.toString());
  }

  private byte[] read(Image image, AtomicLong arrived) throws Exception {
    Traffic traffic =
        new Traffic() {
          @Override
          public void delivered(long bytes) {
            arrived.addAndGet(bytes);
          }
        };
    try (InputStream stream = registry().open(image, image.layers().getFirst(), traffic)) {
      return stream.readAllBytes();
    }
  }

  private Path blob(Digest digest) {
    return folder.resolve("blobs/sha256").resolve(digest.hex());
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  private static Fault fault(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(Fault.class, call);
  }
}

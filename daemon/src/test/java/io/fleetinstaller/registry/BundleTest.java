package io.fleetinstaller.registry;

import static io.fleetinstaller.registry.Packed.AGENT;
import static io.fleetinstaller.registry.Packed.LINUX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.io.TarWriter;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages inside one archive: the same checks as for packages anywhere else. */
class BundleTest {
  @TempDir private Path folder;
  private final Packed packed = Packed.index(bytes(300_000));

  @Test
  void a_release_is_pulled_out_of_the_archive_by_digest() throws Exception {
    bundle(packed.documents);

    Image image = registry().resolve(packed.release(), LINUX);

    assertThat(image.release()).isEqualTo(packed.release());
    try (InputStream layer = registry().open(image, image.layers().getFirst(), Traffic.UNNOTED)) {
      assertThat(layer.readAllBytes()).isEqualTo(packed.layer);
    }
  }

  @Test
  void reading_a_layer_may_go_on_where_it_stopped() throws Exception {
    bundle(packed.documents);
    Blob blob = new Blob(MediaTypes.LAYER, Digest.of(packed.layer), packed.layer.length);

    try (Body body =
        new Bundle(address())
            .blob(blob, new Resumption(new Span(299_990, blob.size()), true, false, ""))) {
      assertThat(body.from()).isEqualTo(299_990);
      assertThat(body.bytes().readAllBytes()).hasSize(10);
    }
  }

  @Test
  void what_is_not_there_is_named() throws Exception {
    bundle(Map.of());

    Fault fault = fault();

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.NOT_FOUND);
    assertThat(fault).hasMessageContaining(packed.top.hex()).hasMessageContaining("bundle:");
  }

  @Test
  void changed_bytes_are_not_used() throws Exception {
    Map<Digest, byte[]> changed = new LinkedHashMap<>(packed.documents);
    changed.put(packed.top, new byte[] {1});
    bundle(changed);

    assertThat(fault().reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
  }

  @Test
  void a_manifest_without_end_is_not_read() throws Exception {
    Map<Digest, byte[]> changed = new LinkedHashMap<>(packed.documents);
    changed.put(packed.top, new byte[Limits.MANIFEST + 1]);
    bundle(changed);

    assertThat(fault().reason().code()).isEqualTo(ReasonCode.TOO_LARGE);
  }

  @Test
  void a_bundle_that_is_missing_or_no_archive_is_told() throws Exception {
    Fault missing = fault();
    Files.writeString(file(), "hello ".repeat(1000));

    Fault other = fault();

    assertThat(missing.reason().code()).isEqualTo(ReasonCode.NOT_FOUND);
    assertThat(other.reason().code()).isEqualTo(ReasonCode.REGISTRY_ERROR);
  }

  @Test
  void an_address_without_a_layout_in_it_is_refused() {
    assertThatThrownBy(() -> Address.parse("bundle:/x.tar"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bundle:/file!/oci/{package}");
    assertThatThrownBy(() -> Address.parse("bundle:x.tar!/oci/agent"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Address.parse("bundle:/x.tar!/../agent"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private Path file() {
    return folder.resolve("fleet.tar");
  }

  private Address.Bundle address() {
    return new Address.Bundle(file(), "oci/agent");
  }

  private Registry registry() {
    String template = "bundle:" + file() + "!/oci/{package}";
    return new Registry(
        RegistrySettings.of(List.of(template)), new FakeTime(), new Random(1), Map.of());
  }

  private Fault fault() {
    return catchThrowableOfType(Fault.class, () -> registry().resolve(AGENT, packed.top, LINUX));
  }

  private void bundle(Map<Digest, byte[]> blobs) throws IOException {
    try (TarWriter tar = new TarWriter(Files.newOutputStream(file()))) {
      for (Map.Entry<Digest, byte[]> blob : blobs.entrySet()) {
        TarEntry entry =
            new TarEntry(
                "oci/agent/blobs/sha256/" + blob.getKey().hex(),
                TarEntry.Kind.FILE,
                0644,
                TarEntry.Owner.ROOT,
                FileTime.fromMillis(0),
                blob.getValue().length,
                "",
                Map.of(),
                List.of());
        tar.add(entry, new ByteArrayInputStream(blob.getValue()));
      }
    }
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }
}

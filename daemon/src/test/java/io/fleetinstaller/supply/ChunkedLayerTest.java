package io.fleetinstaller.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.registry.Span;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.HealthCheck;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.release.Version;
import io.fleetinstaller.slots.Delivery;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Inventory;
import io.fleetinstaller.slots.Layer;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.slots.Supply;
import io.fleetinstaller.slots.Table;
import io.fleetinstaller.toc.Toc;
import io.fleetinstaller.toc.TocFormat;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A layer in zstd:chunked that skopeo made of an archive by GNU tar, whose owner is 4711:4712 and
 * {@code daemon:daemon}, which is another number everywhere. The table has the numbers only.
 */
final class ChunkedLayerTest {
  private static final PackageName NAME = new PackageName("tool");

  @TempDir private Path folder;
  private byte[] layer;
  private Toc.Location location;
  private Table table;

  @BeforeEach
  void read() throws Exception {
    try (InputStream in =
        ChunkedLayerTest.class.getResourceAsStream("/toc/skopeo-1.9.3-owners.tar.zst")) {
      layer = Objects.requireNonNull(in).readAllBytes();
    }
    String prefix = "io.containers.zstd-chunked.manifest-";
    location =
        Toc.Location.of(
                Map.of(
                    prefix + "checksum",
                    "sha256:b8b09d8cf2568bdee75a36ed7ce10ee4436b6a64afb811a771fa9fcb675c9f0f",
                    prefix + "position",
                    "60692:616:2582:1"))
            .orElseThrow();
    byte[] packed =
        Arrays.copyOfRange(
            layer, (int) location.offset(), (int) (location.offset() + location.packed()));
    table =
        new Table(
            TocFormat.read(
                "the table", packed, location, new TocFormat.Bounds(layer.length, 400_000, 9)),
            packed);
  }

  @Test
  void the_numbers_decide_whichever_way_it_comes() throws Exception {
    Slots host = slots("ranges");
    Inventory nothing = host.inventory(NAME).of(List.of(table.toc()));

    Slot whole = slots("whole").stage(delivery(packed(Optional.of(table))));
    Slot bare = slots("bare").stage(delivery(pinned(location)));
    Slot ranges =
        host.stage(delivery(new Layer.Assembled(table, "the ranges", () -> ranges(nothing))));

    assertThat(contents(ranges)).isEqualTo(contents(whole)).contains("data/noise");
    assertThat(contents(bare)).isEqualTo(contents(whole));
    assertThat(bare.path().resolve(".fleet-installer/toc")).hasBinaryContent(table.packed());
    if (Files.getAttribute(folder, "unix:uid").equals(0)) {
      assertThat(whole.path().resolve("bin/tool"))
          .satisfies(file -> {
            assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(4711);
            assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(4712);
          });
    }
  }

  @Test
  void a_layer_that_comes_whole_is_held_to_the_table_that_it_brings() throws Exception {
    Toc.Location other =
        new Toc.Location(Digest.of(new byte[1]), location.offset(), 616, 2582, false);
    byte[] own = layer.clone();
    layer = TableLie.in(layer, location);
    Toc.Location lying = TableLie.location(layer, location);

    Refused wrong = refused(pinned(lying));
    layer = own;
    Refused unpinned = refused(pinned(other));

    assertThat(List.of(wrong, unpinned))
        .allSatisfy(
            refused -> assertThat(refused.reason().code()).isEqualTo(ReasonCode.TOC_MISMATCH));
    assertThat(wrong).hasMessageContaining("bin/tool").hasMessageContaining("its mode");
    assertThat(folder.resolve("lie")).isEmptyDirectory();
  }

  private Refused refused(Layer layer) throws Exception {
    Slots slots = slots("lie");
    return catchThrowableOfType(Refused.class, () -> slots.stage(delivery(layer)));
  }

  private Layer pinned(Toc.Location where) {
    byte[] bytes = layer;
    return new Layer.Packed(
        bytes.length,
        Compression.ZSTD,
        () -> new ByteArrayInputStream(bytes),
        Optional.empty(),
        Optional.of(where));
  }

  /** The same layer with another table: one file has another mode there. */
  private static final class TableLie {
    static byte[] in(byte[] layer, Toc.Location location) throws Exception {
      int from = (int) location.offset() - Toc.Location.HEADER;
      byte[] packed = Arrays.copyOfRange(layer, from + 8, from + 8 + (int) location.packed());
      byte[] text;
      try (InputStream in = Compression.ZSTD.decode(new ByteArrayInputStream(packed))) {
        text =
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                .replaceFirst("(bin/tool\",\\s*\"mode\":)\\d+", "$1448")
                .getBytes(StandardCharsets.UTF_8);
      }
      byte[] lie = Compression.frame(text, 3);
      return ByteBuffer.allocate(from + 8 + lie.length)
          .order(ByteOrder.LITTLE_ENDIAN)
          .put(layer, 0, from)
          .putInt(0x184d2a50)
          .putInt(lie.length)
          .put(lie)
          .array();
    }

    static Toc.Location location(byte[] layer, Toc.Location old) throws Exception {
      byte[] packed = Arrays.copyOfRange(layer, (int) old.offset(), layer.length);
      try (InputStream in = Compression.ZSTD.decode(new ByteArrayInputStream(packed))) {
        return new Toc.Location(
            Digest.of(packed), old.offset(), packed.length, in.readAllBytes().length, false);
      }
    }
  }

  private Layer packed(Optional<Table> with) {
    return new Layer.Packed(
        layer.length, Compression.ZSTD, () -> new ByteArrayInputStream(layer), with);
  }

  private Supply ranges(Inventory inventory) {
    Span all = new Span(0, layer.length);
    return new RangeSupply(
        inventory,
        new Parts(
            List.of(all),
            span -> new ByteArrayInputStream(layer, (int) span.from(), (int) span.length())));
  }

  private static Delivery delivery(Layer layer) {
    byte[] text = "tool 1".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Release release = new Release(NAME, new Version("1"), Digest.of(text));
    return new Delivery(release, descriptor(), text, List.of(layer));
  }

  private static Descriptor descriptor() {
    return new Descriptor(
        NAME,
        new Version("1"),
        new Platform("linux", "amd64"),
        List.of(),
        HealthCheck.DEFAULT,
        Descriptor.Hooks.NONE,
        List.of(),
        List.of(),
        List.of(),
        Set.of(),
        Set.of(),
        Descriptor.Data.NONE,
        false,
        400_000,
        9);
  }

  private Slots slots(String host) throws Exception {
    Path packages = Files.createDirectories(folder.resolve(host));
    return new Slots(
        packages, new Doors(new DurableDisk(), new FileScratch(), (_, _) -> descriptor()), 0);
  }

  private static String contents(Slot slot) throws Exception {
    return Files.readString(slot.path().resolve(".fleet-installer/contents"));
  }
}

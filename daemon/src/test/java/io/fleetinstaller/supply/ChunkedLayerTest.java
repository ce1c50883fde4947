package io.fleetinstaller.supply;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.registry.Span;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.HealthCheck;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
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
    Slot ranges =
        host.stage(delivery(new Layer.Assembled(table, "the ranges", () -> ranges(nothing))));

    assertThat(contents(ranges)).isEqualTo(contents(whole)).contains("data/noise");
    if (Files.getAttribute(folder, "unix:uid").equals(0)) {
      assertThat(whole.path().resolve("bin/tool"))
          .satisfies(file -> {
            assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(4711);
            assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(4712);
          });
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
            span ->
                new ByteArrayInputStream(layer, (int) span.from(), (int) (span.to() - span.from()))));
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

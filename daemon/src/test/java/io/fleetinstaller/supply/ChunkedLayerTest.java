package io.fleetinstaller.supply;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.LayoutWriter;
import io.fleetinstaller.registry.MediaTypes;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Layers in zstd:chunked that others made: skopeo of an archive by GNU tar, whose owner is
 * 4711:4712 and {@code daemon:daemon}, which is another number everywhere, and the library that
 * newer tools have in common, whose annotations have another prefix. The tables have the numbers
 * only.
 */
final class ChunkedLayerTest {
  private static final PackageName NAME = new PackageName("tool");
  private static final Platform PLATFORM = new Platform("linux", "amd64");
  private static final long CONTENT = 1_300_000;

  @TempDir private Path folder;

  /** Who made it, as it is checked in, and one of its files. */
  enum Maker {
    SKOPEO(
        "skopeo-1.9.3-owners",
        "io.containers.zstd-chunked.manifest-",
        "sha256:b8b09d8cf2568bdee75a36ed7ce10ee4436b6a64afb811a771fa9fcb675c9f0f",
        "60692:616:2582:1",
        "bin/tool"),
    LIBRARY(
        "containers-storage-1.59.1",
        "io.github.containers.zstd-chunked.manifest-",
        "sha256:f750339dc252640509116be89456748fcbf1a2237d25207579466b554134a414",
        "43891:2328:8141:1",
        "bin/again");

    private final String name;
    private final String prefix;
    private final String checksum;
    private final String position;
    private final String file;

    Maker(String name, String prefix, String checksum, String position, String file) {
      this.name = name;
      this.prefix = prefix;
      this.checksum = checksum;
      this.position = position;
      this.file = file;
    }

    Map<String, String> annotations() {
      return Map.of(prefix + "checksum", checksum, prefix + "position", position);
    }

    Made made() throws Exception {
      Toc.Location location = Toc.Location.of(annotations()).orElseThrow();
      try (InputStream in =
          ChunkedLayerTest.class.getResourceAsStream("/toc/%s.tar.zst".formatted(name))) {
        return new Made(Objects.requireNonNull(in).readAllBytes(), location);
      }
    }
  }

  /** A layer and where it says that its table is. */
  // An array on purpose: never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Made(byte[] bytes, Toc.Location location) {
    Table table() throws Exception {
      return new Table(
          TocFormat.read(
              "the table", packed(), location, new TocFormat.Bounds(bytes.length, CONTENT, 12)),
          packed());
    }

    byte[] packed() {
      int from = (int) location.offset();
      return Arrays.copyOfRange(bytes, from, from + (int) location.packed());
    }

    Layer.Packed layer(Optional<Table> table, Optional<Toc.Location> pinned) {
      return new Layer.Packed(
          bytes.length, Compression.ZSTD, () -> new ByteArrayInputStream(bytes), table, pinned);
    }

    /** The same layer with another table: this file has another mode there. */
    Made lying(String file) throws Exception {
      int from = (int) location.offset() - Toc.Location.HEADER;
      byte[] text;
      try (InputStream in = Compression.ZSTD.decode(new ByteArrayInputStream(packed()))) {
        text =
            new String(in.readAllBytes(), UTF_8)
                .replaceFirst("(%s\",\\s*\"mode\":)\\d+".formatted(file), "$1448")
                .getBytes(UTF_8);
      }
      byte[] lie = Compression.frame(text, 3);
      byte[] layer =
          ByteBuffer.allocate(from + Toc.Location.HEADER + lie.length)
              .order(ByteOrder.LITTLE_ENDIAN)
              .put(bytes, 0, from)
              .putInt(0x184d2a50)
              .putInt(lie.length)
              .put(lie)
              .array();
      Toc.Location other =
          new Toc.Location(Digest.of(lie), location.offset(), lie.length, text.length, false);
      return new Made(layer, other);
    }
  }

  @EnumSource
  @ParameterizedTest
  void the_numbers_decide_whichever_way_it_comes(Maker maker) throws Exception {
    Made made = maker.made();
    Table table = made.table();
    Slots host = slots("ranges");
    Inventory nothing =
        host.inventory(new Release(NAME, new Version("1"), Digest.of(new byte[0])))
            .of(List.of(table.toc()));

    Slot whole = whole(made);
    Slot bare =
        slots("bare").stage(delivery(made.layer(Optional.empty(), Optional.of(made.location()))));
    Slot ranges =
        host.stage(delivery(new Layer.Assembled(table, "the ranges", () -> ranges(made, nothing))));

    assertThat(contents(ranges)).isEqualTo(contents(whole)).contains(maker.file);
    assertThat(contents(bare)).isEqualTo(contents(whole));
    assertThat(bare.path().resolve(".fleet-installer/toc")).hasBinaryContent(table.packed());
    if (maker == Maker.SKOPEO && Files.getAttribute(folder, "unix:uid").equals(0)) {
      assertThat(whole.path().resolve("bin/tool"))
          .satisfies(file -> {
            assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(4711);
            assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(4712);
          });
    }
  }

  @EnumSource
  @ParameterizedTest
  void a_layer_that_comes_whole_is_held_to_the_table_that_it_brings(Maker maker) throws Exception {
    Made made = maker.made();
    Made lying = made.lying(maker.file);
    Toc.Location pin = made.location();
    Toc.Location other =
        new Toc.Location(Digest.of(new byte[1]), pin.offset(), pin.packed(), pin.plain(), false);

    Refused wrong = refused(lying.layer(Optional.empty(), Optional.of(lying.location())));
    Refused unpinned = refused(made.layer(Optional.empty(), Optional.of(other)));

    assertThat(List.of(wrong, unpinned))
        .allSatisfy(
            refused -> assertThat(refused.reason().code()).isEqualTo(ReasonCode.TOC_MISMATCH));
    assertThat(wrong).hasMessageContaining(maker.file).hasMessageContaining("its mode");
    assertThat(folder.resolve("lie")).isEmptyDirectory();
  }

  @EnumSource
  @ParameterizedTest
  void a_manifest_with_its_annotations_leads_to_the_table_in_the_layer(Maker maker)
      throws Exception {
    Made made = maker.made();
    Digest top = published(maker, made);
    Slots host = slots("pulling");
    try (LayoutServer server = new LayoutServer(layout());
        Registry registry =
            new Registry(
                RegistrySettings.of(List.of(server.address())), new FakeTime(), new Random(1))) {
      Image image = registry.resolve(NAME, top, PLATFORM);

      Ways ways = Ways.to(image, registry, (_, _) -> {});
      Slot slot = host.stage(ways.whole().delivery());
      Optional<Way> again =
          ways.ranges(host.inventory(new Release(NAME, new Version("1"), Digest.of(new byte[0]))));

      Toc.Location location = made.location();
      assertThat(image.layers().getFirst().toc()).contains(location);
      assertThat(server.ranges)
          .containsExactly(
              "bytes=%d-%d"
                  .formatted(location.offset(), location.offset() + location.packed() - 1));
      assertThat(contents(slot)).isEqualTo(contents(whole(made)));
      assertThat(again.map(Way::estimate)).contains(Cost.NONE);
    }
  }

  /** Puts it into a layout with a manifest as its maker writes them; the digest of that. */
  private Digest published(Maker maker, Made made) throws Exception {
    LayoutWriter writer = LayoutWriter.open(Files.createDirectories(layout()));
    byte[] descriptor =
        """
        {"formatVersion": 1, "name": "tool", "version": "1", "setuid": ["bin/again"],
         "platform": {"os": "linux", "architecture": "amd64"},
         "unpackedSize": %d, "entries": 12}
        """
            .formatted(CONTENT)
            .getBytes(UTF_8);
    Map<String, Object> layer = LayoutWriter.tree(writer.blob(MediaTypes.LAYER, made.bytes()));
    layer.put("annotations", maker.annotations());
    Map<String, Object> manifest =
        Map.of(
            "schemaVersion",
            2,
            "mediaType",
            MediaTypes.MANIFEST,
            "config",
            LayoutWriter.tree(writer.blob(DescriptorFormat.MEDIA_TYPE, descriptor)),
            "layers",
            List.of(layer));
    return writer.blob(MediaTypes.MANIFEST, Json.bytes(manifest)).digest();
  }

  private Path layout() {
    return folder.resolve("layout");
  }

  private Slot whole(Made made) throws Exception {
    return slots("whole")
        .stage(delivery(made.layer(Optional.of(made.table()), Optional.of(made.location()))));
  }

  private Refused refused(Layer layer) throws Exception {
    Slots slots = slots("lie");
    return catchThrowableOfType(Refused.class, () -> slots.stage(delivery(layer)));
  }

  private static Supply ranges(Made made, Inventory inventory) {
    Span all = new Span(0, made.bytes().length);
    return new RangeSupply(
        inventory,
        new Parts(
            List.of(all),
            span ->
                new ByteArrayInputStream(made.bytes(), (int) span.from(), (int) span.length())));
  }

  private static Delivery delivery(Layer layer) {
    byte[] text = "tool 1".getBytes(UTF_8);
    Release release = new Release(NAME, new Version("1"), Digest.of(text));
    return new Delivery(release, descriptor(), text, List.of(layer));
  }

  private static Descriptor descriptor() {
    return new Descriptor(
        NAME,
        new Version("1"),
        PLATFORM,
        List.of(),
        HealthCheck.DEFAULT,
        Descriptor.Hooks.NONE,
        List.of(),
        List.of(),
        List.of(),
        Set.of("bin/again"),
        Set.of(),
        Descriptor.Data.NONE,
        false,
        CONTENT,
        12);
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

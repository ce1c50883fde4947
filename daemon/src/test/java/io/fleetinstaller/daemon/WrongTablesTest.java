package io.fleetinstaller.daemon;

import static io.fleetinstaller.supply.Editions.LARGE;
import static io.fleetinstaller.supply.Editions.edit;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.delta.DeltaFormat;
import io.fleetinstaller.delta.DeltaTable;
import io.fleetinstaller.delta.Layouts;
import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.packages.DeltaBuild;
import io.fleetinstaller.registry.Blob;
import io.fleetinstaller.registry.DeltaRef;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Inspection;
import io.fleetinstaller.registry.LayoutWriter;
import io.fleetinstaller.registry.MediaTypes;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.supply.Editions;
import io.fleetinstaller.toc.PackedToc;
import io.fleetinstaller.toc.Toc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tables that are what their publisher meant to publish, fit all that they are held against before
 * the first byte, and are wrong: another way makes the right slot.
 */
@Timeout(60)
final class WrongTablesTest {
  @TempDir private Path folder;
  private Editions editions;
  private Digest honest;
  private PullingHost host;
  private String expected;

  /** Where else a table may say that the bytes of a small file lie. */
  enum Lie {
    BEGINS_INSIDE_A_FRAME {
      @Override
      Toc.Place of(Toc.Place place) {
        return new Toc.Place(place.from() + 7, place.to(), place.inner());
      }
    },
    ENDS_INSIDE_A_FRAME {
      @Override
      Toc.Place of(Toc.Place place) {
        return new Toc.Place(place.from(), place.to() - 7, place.inner());
      }
    },
    REACHES_INTO_THE_NEXT_ENTRY {
      @Override
      Toc.Place of(Toc.Place place) {
        // The small files have 2,000 bytes, and 560 of padding and of a header between them.
        return new Toc.Place(place.from(), place.to(), place.inner() + 560);
      }

      @Override
      boolean concerns(String name) {
        return name.endsWith("small/file-10");
      }
    };

    abstract Toc.Place of(Toc.Place place);

    boolean concerns(String name) {
      return name.contains("small/file-");
    }
  }

  @BeforeEach
  void a_host_with_the_first_edition() throws Exception {
    byte[] other = new byte[LARGE];
    new Random(8).nextBytes(other);
    editions = new Editions(folder);
    Files.write(editions.tree(1).resolve("second"), other);
    Files.write(editions.tree(2).resolve("second"), other);
    edit(editions.tree(2).resolve("large"), LARGE / 2);
    Digest one = editions.build("1", editions.tree(1));
    honest = editions.build("2", editions.tree(2));
    host = new PullingHost(editions, "host");
    host.stage(host.look(one));
    try (PullingHost elsewhere = new PullingHost(editions, "elsewhere")) {
      Release two = elsewhere.look(honest);
      elsewhere.stage(two);
      expected = elsewhere.contents(two);
    }
  }

  @AfterEach
  void stop() {
    host.close();
  }

  @EnumSource
  @ParameterizedTest
  void a_table_of_contents_with_possible_places_that_are_wrong_leads_to_the_whole(Lie lie)
      throws Exception {
    Release lying =
        host.look(
            published(
                toc -> new Toc(toc.entries().stream().map(entry -> lie(entry, lie)).toList())));

    host.stage(lying);

    assertThat(host.told()).containsExactly("by ranges failed", "by ranges failed", "as a whole");
    assertThat(host.contents(lying)).isEqualTo(expected);
    assertThat(host.left()).hasSize(2);
  }

  @Test
  void the_same_table_with_its_true_places_serves() throws Exception {
    Release two = host.look(published(toc -> toc));

    host.stage(two);

    assertThat(host.told()).containsExactly("by ranges");
    assertThat(host.contents(two)).isEqualTo(expected);
  }

  @Test
  void a_delta_on_another_file_that_is_there_and_whole_leads_to_the_ranges() throws Exception {
    DeltaTable.Ancestor second =
        new DeltaTable.Ancestor(
            Digest.of(Files.readAllBytes(editions.tree(1).resolve("second"))), LARGE);
    delta(item ->
        item.ancestor().isPresent()
            ? new DeltaTable.Item(item.name(), item.size(), Optional.of(second), item.blocks())
            : item);
    Release two = host.look(honest);

    host.stage(two);

    assertThat(host.told()).containsExactly("by a delta failed", "by ranges");
    assertThat(host.contents(two)).isEqualTo(expected);
    assertThat(host.left()).hasSize(2);
  }

  @Test
  void the_same_delta_on_the_true_file_serves() throws Exception {
    delta(item -> item);
    Release two = host.look(honest);

    host.stage(two);

    assertThat(host.told()).containsExactly("by a delta");
    assertThat(host.contents(two)).isEqualTo(expected);
  }

  private static Toc.Entry lie(Toc.Entry entry, Lie lie) {
    if (!lie.concerns(entry.header().name())) {
      return entry;
    }
    Toc.Chunk all = entry.chunks().getFirst();
    Toc.Chunk moved =
        new Toc.Chunk(all.offset(), all.length(), all.digest(), all.place().map(lie::of));
    return new Toc.Entry(entry.header(), entry.digest(), List.of(moved));
  }

  /** The second edition with another table of contents, as its publisher would sign it. */
  private Digest published(UnaryOperator<Toc> change) throws Exception {
    Inspection seen = new Layouts().inspect(Reference.parse(editions.layout() + ":2"));
    Image image = seen.images().getFirst();
    Blob layer = image.layers().getFirst();
    Toc toc = seen.tocs().get(layer.digest());
    byte[] packed = PackedToc.of(change.apply(toc));
    long offset = layer.toc().orElseThrow().offset();
    byte[] bytes = layer(blob(layer.digest()), (int) offset - Toc.Location.HEADER, packed);
    Toc.Location location =
        new Toc.Location(Digest.of(packed), offset, packed.length, plain(packed));
    LayoutWriter writer = LayoutWriter.open(editions.layout());
    Blob made = writer.blob(layer.mediaType(), bytes).with(Optional.of(location));
    Map<String, Object> manifest =
        new LinkedHashMap<>(Document.json("it", blob(image.manifest())).tree());
    manifest.put("layers", List.of(LayoutWriter.tree(made)));
    return writer.blob(MediaTypes.MANIFEST, Json.bytes(manifest)).digest();
  }

  /** The frames of this layer, and behind them this table. */
  private static byte[] layer(byte[] layer, int end, byte[] packed) {
    return ByteBuffer.allocate(end + Toc.Location.HEADER + packed.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(layer, 0, end)
        .putInt(0x184d2a50)
        .putInt(packed.length)
        .put(packed)
        .array();
  }

  private static int plain(byte[] packed) throws IOException {
    try (InputStream text = Compression.ZSTD.decode(new ByteArrayInputStream(packed))) {
      return text.readAllBytes().length;
    }
  }

  /** Publishes what leads from 1 to 2 with another table. */
  private void delta(UnaryOperator<DeltaTable.Item> change) throws Exception {
    Path index = editions.layout().resolve("index.json");
    byte[] before = Files.readAllBytes(index);
    DeltaBuild.Built built =
        new DeltaBuild(new Layouts(), _ -> {})
            .run(
                Reference.parse(editions.layout() + ":1"),
                Reference.parse(editions.layout() + ":2"))
            .getFirst();
    Files.write(index, before);
    DeltaTable table = built.table();
    List<DeltaTable.Item> files = table.files().stream().map(change).toList();
    byte[] packed = DeltaFormat.bytes(new DeltaTable(table.from(), table.to(), files));
    LayoutWriter writer = LayoutWriter.open(editions.layout());
    Map<String, Object> manifest =
        new LinkedHashMap<>(Document.json("it", blob(built.manifest())).tree());
    manifest.put("config", LayoutWriter.tree(writer.blob(MediaTypes.DELTA_TABLE, packed)));
    Blob delta = writer.blob(MediaTypes.MANIFEST, Json.bytes(manifest));
    writer.refer(table.to(), new DeltaRef(delta.digest(), List.of(table.from())), delta);
  }

  private byte[] blob(Digest digest) throws IOException {
    return Files.readAllBytes(editions.layout().resolve("blobs/sha256").resolve(digest.hex()));
  }
}

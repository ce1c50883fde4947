package io.fleetinstaller.daemon;

import static io.fleetinstaller.supply.Editions.LARGE;
import static io.fleetinstaller.supply.Editions.edit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
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
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
  /** Of a file or chunk that there is nowhere. */
  private static final Digest NOBODYS = Digest.of(new byte[] {4, 7, 1, 1});

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

  /** How a release comes at first. */
  enum Route {
    DELTA("by a delta"),
    RANGES("by ranges"),
    WHOLE("as a whole");

    private final String way;

    Route(String way) {
      this.way = way;
    }

    /** What is gone when all of it is in vain. */
    List<String> inVain() {
      return switch (this) {
        case DELTA -> List.of("by a delta failed", "by ranges failed", "as a whole failed");
        case RANGES -> List.of("by ranges failed", "by ranges failed", "as a whole failed");
        case WHOLE -> List.of("as a whole failed");
      };
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
            published(toc -> new Toc(toc.entries().stream().map(entry -> lie(entry, lie)).toList()))
                .digest());

    host.stage(lying);

    assertThat(host.told()).containsExactly("by ranges failed", "by ranges failed", "as a whole");
    assertThat(host.contents(lying)).isEqualTo(expected);
    assertThat(host.left()).hasSize(2);
  }

  @Test
  void the_same_table_with_its_true_places_serves() throws Exception {
    Release two = host.look(published(toc -> toc).digest());

    host.stage(two);

    assertThat(host.told()).containsExactly("by ranges");
    assertThat(host.contents(two)).isEqualTo(expected);
  }

  @Test
  void a_delta_on_another_file_that_is_there_and_whole_leads_to_the_ranges() throws Exception {
    DeltaTable.Ancestor second =
        new DeltaTable.Ancestor(
            Digest.of(Files.readAllBytes(editions.tree(1).resolve("second"))), LARGE);
    delta(
        honest(),
        item ->
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
    delta(honest(), item -> item);
    Release two = host.look(honest);

    host.stage(two);

    assertThat(host.told()).containsExactly("by a delta");
    assertThat(host.contents(two)).isEqualTo(expected);
  }

  @EnumSource
  @ParameterizedTest
  void a_wrong_digest_of_a_file_condemns_the_release_whichever_way_it_comes(Route route)
      throws Exception {
    Blob lying =
        published(toc ->
            large(
                toc, entry -> new Toc.Entry(entry.header(), Optional.of(NOBODYS), entry.chunks())));
    PullingHost there = by(route, lying);
    Release release = there.look(lying.digest());
    List<String> before = slots(route);

    Fault fault = catchThrowableOfType(Fault.class, () -> there.stage(release));

    assertThat(fault).isInstanceOf(Fault.Refused.class);
    assertThat(fault.reason().code()).isEqualTo(ReasonCode.TOC_MISMATCH);
    assertThat(fault).hasMessageContaining("'large'").hasMessageContaining(NOBODYS.toString());
    assertThat(there.told()).isEqualTo(route.inVain());
    assertThat(slots(route)).isEqualTo(before);
  }

  @EnumSource
  @ParameterizedTest
  void chunks_that_are_called_what_nobody_has_come_all_the_same(Route route) throws Exception {
    Blob lying = published(toc -> large(toc, entry -> called(entry, _ -> NOBODYS)));
    PullingHost there = by(route, lying);
    Release release = there.look(lying.digest());

    there.stage(release);

    assertThat(there.told()).containsExactly(route.way);
    assertThat(there.contents(release)).isEqualTo(expected);
    assertThat(slots(route)).hasSize(route == Route.WHOLE ? 1 : 2);
  }

  @EnumSource
  @ParameterizedTest
  void a_chunk_that_is_called_another_one_which_is_there_does_not_become_that(Route route)
      throws Exception {
    Map<Long, Toc.Chunk> old =
        edition("1").entries().stream()
            .filter(entry -> entry.header().name().equals("large"))
            .flatMap(entry -> entry.chunks().stream())
            .collect(Collectors.toMap(Toc.Chunk::offset, chunk -> chunk));
    Blob lying =
        published(toc ->
            large(
                toc,
                entry -> {
                  Toc.Entry lie =
                      called(entry, chunk -> old.getOrDefault(chunk.offset(), chunk).digest());
                  assertThat(lie).as("what was edited is in a chunk").isNotEqualTo(entry);
                  return lie;
                }));
    PullingHost there = by(route, lying);
    Release release = there.look(lying.digest());

    there.stage(release);

    assertThat(there.told())
        .isEqualTo(
            route == Route.RANGES
                ? List.of("by ranges failed", "by ranges failed", "as a whole")
                : List.of(route.way));
    assertThat(there.contents(release)).isEqualTo(expected);
    assertThat(slots(route)).hasSize(route == Route.WHOLE ? 1 : 2);
  }

  /** A host to which this release comes so at first. */
  private PullingHost by(Route route, Blob release) throws Exception {
    switch (route) {
      case DELTA -> delta(release, item -> item);
      case RANGES -> {}
      case WHOLE -> {
        host.close();
        host = new PullingHost(editions, "fresh");
      }
    }
    return host;
  }

  /** What that host has of the package, slots and whatever else a staging may leave. */
  private List<String> slots(Route route) throws IOException {
    Path home = folder.resolve(route == Route.WHOLE ? "fresh" : "host").resolve("agent");
    if (!Files.exists(home)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(home)) {
      return all.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  /** The table with another entry for the file that was edited. */
  private static Toc large(Toc toc, UnaryOperator<Toc.Entry> change) {
    return new Toc(
        toc.entries().stream()
            .map(entry -> entry.header().name().equals("large") ? change.apply(entry) : entry)
            .toList());
  }

  /** The same bytes under other names. */
  private static Toc.Entry called(Toc.Entry entry, Function<Toc.Chunk, Digest> names) {
    return new Toc.Entry(
        entry.header(),
        entry.digest(),
        entry.chunks().stream()
            .map(chunk ->
                new Toc.Chunk(chunk.offset(), chunk.length(), names.apply(chunk), chunk.place()))
            .toList());
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

  private Toc edition(String tag) throws Exception {
    Inspection seen = inspect(tag);
    return seen.tocs().get(seen.images().getFirst().layers().getFirst().digest());
  }

  private Inspection inspect(String tag) throws Exception {
    return new Layouts().inspect(Reference.parse(editions.layout() + ":" + tag));
  }

  /** The manifest of the second edition. */
  private Blob honest() throws Exception {
    return new Blob(MediaTypes.MANIFEST, honest, blob(honest).length);
  }

  /** The second edition with another table of contents, as its publisher would sign it. */
  private Blob published(UnaryOperator<Toc> change) throws Exception {
    Inspection seen = inspect("2");
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
    return writer.blob(MediaTypes.MANIFEST, Json.bytes(manifest));
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

  /** Publishes what leads from 1 to 2, or to one with the same files, with another table. */
  private void delta(Blob to, UnaryOperator<DeltaTable.Item> change) throws Exception {
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
    byte[] packed = DeltaFormat.bytes(new DeltaTable(table.from(), to.digest(), files));
    LayoutWriter writer = LayoutWriter.open(editions.layout());
    Map<String, Object> manifest =
        new LinkedHashMap<>(Document.json("it", blob(built.manifest())).tree());
    manifest.put("config", LayoutWriter.tree(writer.blob(MediaTypes.DELTA_TABLE, packed)));
    manifest.put("subject", LayoutWriter.tree(to));
    Blob delta = writer.blob(MediaTypes.MANIFEST, Json.bytes(manifest));
    writer.refer(to.digest(), new DeltaRef(delta.digest(), List.of(table.from())), delta);
  }

  private byte[] blob(Digest digest) throws IOException {
    return Files.readAllBytes(editions.layout().resolve("blobs/sha256").resolve(digest.hex()));
  }
}

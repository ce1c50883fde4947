package io.fleetinstaller.packages;

import io.fleetinstaller.delta.DeltaFormat;
import io.fleetinstaller.delta.DeltaTable;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.registry.Address;
import io.fleetinstaller.registry.Blob;
import io.fleetinstaller.registry.DeltaRef;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Inspection;
import io.fleetinstaller.registry.LayoutWriter;
import io.fleetinstaller.registry.MediaTypes;
import io.fleetinstaller.registry.Push;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.Traffic;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.toc.Toc;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Makes the deltas that lead from one release to another, one for each platform that both have, and
 * puts them where the new one is.
 *
 * @param network how registries are reached
 * @param said told of each thing that was sent
 */
public record DeltaBuild(Network network, Consumer<String> said) {

  /** Opens what asks registries. */
  public interface Network {
    Inspection inspect(Reference reference) throws Fault, InterruptedException;

    /** The registry with this repository and no other. */
    Registry registry(Address repository) throws Fault;

    Push push() throws Fault;
  }

  /**
   * One delta.
   *
   * @param blocks the patches and the whole files
   * @param layer that it stands for
   */
  public record Built(
      Platform platform,
      Digest manifest,
      DeltaTable table,
      Blob packedTable,
      Blob blocks,
      Blob layer) {

    /** How many bytes a host fetches. */
    public long size() {
      return packedTable.size() + blocks.size();
    }

    /** Files that are patched; all others in the table come whole. */
    public long patched() {
      return table.files().stream().filter(file -> file.ancestor().isPresent()).count();
    }
  }

  private record Pair(Image old, Image now, Blob subject, Toc toc) {
    Blob layer() {
      return now.layers().getFirst();
    }
  }

  public List<Built> run(Reference from, Reference to) throws Fault, InterruptedException {
    List<Pair> pairs = pairs(network.inspect(from), network.inspect(to));
    try {
      Path scratch = Files.createTempDirectory("fleet-installer-delta");
      try {
        return run(pairs, from, to, scratch);
      } finally {
        clear(scratch);
      }
    } catch (IOException e) {
      throw new Fault.Broken(
          ReasonCode.IO_ERROR,
          "cannot make a delta from %s to %s: %s (%s)"
              .formatted(from, to, e.getMessage(), e.getClass().getSimpleName()));
    }
  }

  private static List<Pair> pairs(Inspection from, Inspection to) throws Refused {
    Map<Platform, Image> old =
        from.images().stream()
            .collect(
                Collectors.toMap(
                    image -> image.descriptor().platform(), image -> image, (first, _) -> first));
    List<Pair> pairs = new ArrayList<>();
    for (Image image : to.images()) {
      Optional<Image> before = Optional.ofNullable(old.get(image.descriptor().platform()));
      if (before.isPresent()) {
        pairs.add(pair(before.get(), image, to));
      }
    }
    if (pairs.isEmpty()) {
      throw refuse(from, to, "they have no platform in common");
    }
    Pair first = pairs.getFirst();
    if (!first.old().release().name().equals(first.now().release().name())) {
      throw refuse(from, to, "they are different packages");
    }
    return pairs;
  }

  private static Refused refuse(Inspection from, Inspection to, String why) {
    return new Refused(
        ReasonCode.BAD_REQUEST,
        "cannot make a delta from %s to %s: %s".formatted(from.reference(), to.reference(), why));
  }

  private static Pair pair(Image old, Image now, Inspection seen) throws Refused {
    if (old.manifest().equals(now.manifest())) {
      throw refuse(now, "it is the old release too");
    }
    if (now.layers().size() != 1) {
      throw refuse(now, "it has %d layers, and must have one".formatted(now.layers().size()));
    }
    Toc toc = seen.tocs().get(now.layers().getFirst().digest());
    if (toc == null) {
      throw refuse(
          now,
          "its layer has no table of contents: another tool made it, or it has more files than a table may list");
    }
    long size = Objects.requireNonNull(seen.sizes().get(now.manifest()));
    return new Pair(old, now, new Blob(MediaTypes.MANIFEST, now.manifest(), size), toc);
  }

  private static Refused refuse(Image now, String why) {
    return new Refused(
        ReasonCode.BAD_REQUEST, "cannot make a delta to %s: %s".formatted(now.release(), why));
  }

  private List<Built> run(List<Pair> pairs, Reference from, Reference to, Path scratch)
      throws IOException, Fault, InterruptedException {
    boolean local = to.address() instanceof Address.Folder;
    Path folder =
        to.address() instanceof Address.Folder layout ? layout.path() : scratch.resolve("layout");
    LayoutWriter writer = LayoutWriter.open(folder);
    List<Built> built = new ArrayList<>();
    try (Registry old = network.registry(from.address());
        Registry now = network.registry(to.address())) {
      for (Pair pair : pairs) {
        Path files = Files.createDirectory(scratch.resolve(pair.now().manifest().hex()));
        Unpacked unpacked = new Unpacked(files);
        Built made = build(pair, writer, unpacked, new Registries(old, now));
        built.add(made);
        clear(files);
        if (!local && to.address() instanceof Address.Remote remote) {
          try (Push push = network.push()) {
            push.deltas(new Address.Folder(folder), pair.now().manifest(), remote, said);
          }
        }
      }
    }
    return built;
  }

  private record Registries(Registry old, Registry now) {}

  private Built build(Pair pair, LayoutWriter writer, Unpacked unpacked, Registries registries)
      throws IOException, Fault, InterruptedException {
    List<Unpacked.File> old = new ArrayList<>();
    Set<Digest> known = new HashSet<>();
    Source source = new Source(registries.old(), pair.old());
    for (Blob layer : pair.old().layers()) {
      old.addAll(source.files(layer, unpacked, known));
      old.forEach(file -> known.add(file.digest()));
    }
    List<Unpacked.File> now =
        new Source(registries.now(), pair.now())
            .files(pair.layer(), unpacked, known).stream()
                .filter(file -> !known.contains(file.digest()))
                .toList();
    Content content = new Content(unpacked, new Ancestors(unpacked, old), now);
    Blob blocks = writer.blob(MediaTypes.DELTA_BLOCKS, content);
    DeltaTable table = new DeltaTable(pair.old().manifest(), pair.now().manifest(), content.items);
    byte[] packed = DeltaFormat.bytes(table);
    DeltaFormat.read(
        "the delta to " + pair.now().release(),
        packed,
        new DeltaFormat.Bounds(pair.now().manifest(), pair.toc(), blocks.size()));
    Blob packedTable = writer.blob(MediaTypes.DELTA_TABLE, packed);
    Digest manifest = publish(pair, writer, packedTable, blocks);
    return new Built(
        pair.now().descriptor().platform(), manifest, table, packedTable, blocks, pair.layer());
  }

  /** Where the layers of an image come from. */
  private record Source(Registry registry, Image image) {
    List<Unpacked.File> files(Blob layer, Unpacked into, Set<Digest> known)
        throws IOException, Fault, InterruptedException {
      try (InputStream packed = registry.open(image, layer, Traffic.UNNOTED)) {
        return into.layer(packed, layer.compression(), known);
      }
    }
  }

  private static Digest publish(Pair pair, LayoutWriter writer, Blob table, Blob blocks)
      throws IOException, Fault {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("schemaVersion", 2);
    tree.put("mediaType", MediaTypes.MANIFEST);
    tree.put("artifactType", MediaTypes.DELTA);
    tree.put("config", LayoutWriter.tree(table));
    tree.put("layers", List.of(LayoutWriter.tree(blocks)));
    tree.put("subject", LayoutWriter.tree(pair.subject()));
    List<Digest> from = List.of(pair.old().manifest(), pair.old().release().digest());
    tree.put("annotations", DeltaRef.annotations(from));
    Blob manifest = writer.blob(MediaTypes.MANIFEST, Json.bytes(tree));
    writer.refer(pair.now().manifest(), new DeltaRef(manifest.digest(), from), manifest);
    return manifest.digest();
  }

  private static void clear(Path folder) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path each : all) {
        if (Files.isDirectory(each)) {
          clear(each);
        } else {
          Files.delete(each);
        }
      }
    }
    Files.delete(folder);
  }

  /** The blocks, and their table once they are written. */
  private static final class Content implements LayoutWriter.Content {
    private final Unpacked unpacked;
    private final Ancestors ancestors;
    private final List<Unpacked.File> files;
    private List<DeltaTable.Item> items = List.of();

    Content(Unpacked unpacked, Ancestors ancestors, List<Unpacked.File> files) {
      this.unpacked = unpacked;
      this.ancestors = ancestors;
      this.files = files;
    }

    @Override
    public void write(OutputStream out) throws IOException, Fault {
      try (out;
          DeltaWriter writer = new DeltaWriter(unpacked, out)) {
        for (Unpacked.File file : files) {
          writer.file(file, ancestors.of(file));
        }
        items = writer.finish();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new java.io.InterruptedIOException("interrupted while packing");
      }
    }
  }
}

package io.fleetinstaller.delta;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.packages.Build;
import io.fleetinstaller.packages.DeltaBuild;
import io.fleetinstaller.packages.Ownership;
import io.fleetinstaller.registry.Address;
import io.fleetinstaller.registry.Blob;
import io.fleetinstaller.registry.Delta;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Inspection;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.Traffic;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.release.Version;
import io.fleetinstaller.slots.Delivery;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Inventory;
import io.fleetinstaller.slots.Layer;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.slots.Stock;
import io.fleetinstaller.slots.Supply;
import io.fleetinstaller.slots.Table;
import io.fleetinstaller.toc.Toc;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Two releases in a layout, what leads from one to the other, and a host that has the old one. */
final class Releases {
  static final PackageName AGENT = new PackageName("agent");
  static final Release ANY = new Release(AGENT, new Version("9"), Digest.of(new byte[0]));

  final Path layout;
  final Slots slots;
  private final Path folder;

  Releases(Path folder) {
    this.folder = folder;
    this.layout = folder.resolve("layout");
    this.slots = slots("host");
  }

  Slots slots(String host) {
    Doors doors = new Doors(new DurableDisk(), new FileScratch(), DescriptorFormat::read);
    return new Slots(folder.resolve(host), doors, 0);
  }

  /** Where the files of a release are put before it is packed. */
  Path tree(String version) throws IOException {
    return Files.createDirectories(folder.resolve("tree-" + version));
  }

  Build.Built pack(String name, String version) throws Exception {
    Path descriptor =
        Files.writeString(
            folder.resolve("descriptor.yaml"),
            """
            formatVersion: 1
            name: %s
            version: "%s"
            platform: {os: linux, architecture: amd64}
            """
                .formatted(name, version));
    return new Build(tree(version), descriptor, layout, "", Ownership.ROOT, Instant.EPOCH, 3).run();
  }

  /** Packs both releases and what leads from one to the other. */
  DeltaBuild.Built delta() throws Exception {
    pack("agent", "1");
    pack("agent", "2");
    return delta("1", "2").getFirst();
  }

  List<DeltaBuild.Built> delta(String from, String to) throws Exception {
    DeltaBuild build = new DeltaBuild(new Layouts(), _ -> {});
    return build.run(reference(from), reference(to));
  }

  Reference reference(String tag) {
    return Reference.parse(layout + ":" + tag);
  }

  Inspection inspect(String tag) throws Exception {
    return new Layouts().inspect(reference(tag));
  }

  Registry registry() {
    return new Layouts().registry(new Address.Folder(layout));
  }

  /** Unpacks the whole layer, as a host does that knows nothing better. */
  Slot whole(Slots host, String version) throws Exception {
    Image image = inspect(version).images().getFirst();
    Blob layer = image.layers().getFirst();
    return host.stage(
        delivery(
            image,
            new Layer.Packed(
                layer.size(),
                layer.compression(),
                () -> registry().open(image, layer, Traffic.UNNOTED),
                Optional.of(table(version)))));
  }

  Table table(String version) throws Exception {
    Inspection seen = inspect(version);
    Blob layer = seen.images().getFirst().layers().getFirst();
    Toc toc = seen.tocs().get(layer.digest());
    Toc.Location location = layer.toc().orElseThrow();
    try (InputStream in = registry().open(seen.images().getFirst(), layer, Traffic.UNNOTED)) {
      in.skipNBytes(location.offset());
      return new Table(toc, in.readNBytes((int) location.packed()));
    }
  }

  /** Makes the new slot of the old one and the published delta. */
  Slot apply() throws Exception {
    Image image = inspect("2").images().getFirst();
    Registry registry = registry();
    Delta delta =
        registry.delta(image, registry.deltas(image, Traffic.UNNOTED).getFirst(), Traffic.UNNOTED);
    Table table = table("2");
    byte[] packed = read(registry, image, delta.table());
    DeltaTable read =
        DeltaFormat.read(
            "the delta",
            packed,
            new DeltaFormat.Bounds(image.manifest(), table.toc(), delta.blocks().size()));
    Stock stock = slots.inventory(ANY);
    Inventory inventory = stock.of(List.of(table.toc())).with(stock, read.ancestors());
    assertThat(read.missing(table.toc(), inventory)).isEmpty();
    return apply(() ->
        new DeltaSupply(
            "the delta",
            read,
            inventory,
            _ -> registry.open(image, delta.blocks(), Traffic.UNNOTED)));
  }

  Slot apply(Supply.Opener opener) throws Exception {
    Image image = inspect("2").images().getFirst();
    return slots.stage(delivery(image, new Layer.Assembled(table("2"), "the delta", opener)));
  }

  static byte[] read(Registry registry, Image image, Blob blob) throws Exception {
    try (InputStream in = registry.open(image, blob, Traffic.UNNOTED)) {
      return in.readAllBytes();
    }
  }

  private static Delivery delivery(Image image, Layer layer) {
    return new Delivery(
        image.release(), image.descriptor(), image.descriptorBytes(), List.of(layer));
  }

  /** All that can be seen of a slot's files; those that share one inode have the same number. */
  static Map<String, String> seen(Slot slot) throws IOException {
    Map<String, String> seen = new TreeMap<>();
    Map<Object, Integer> inodes = new java.util.HashMap<>();
    try (Stream<Path> all = Files.walk(slot.path())) {
      for (Path each : all.sorted().toList()) {
        Map<String, Object> attributes =
            new TreeMap<>(
                Files.readAttributes(
                    each, "unix:mode,uid,gid,lastModifiedTime,ino", LinkOption.NOFOLLOW_LINKS));
        Object inode = attributes.remove("ino");
        String content =
            Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)
                ? io.fleetinstaller.release.Digest.of(Files.readAllBytes(each))
                    + " #"
                    + inodes.computeIfAbsent(inode, _ -> inodes.size())
                : "";
        String name = slot.path().relativize(each).toString();
        seen.put(
            name,
            name.startsWith(".fleet-installer") || name.isEmpty() ? content : attributes + content);
      }
    }
    return seen;
  }

  static byte[] noise(int seed, int size) {
    byte[] noise = new byte[size];
    new Random(seed).nextBytes(noise);
    return noise;
  }
}

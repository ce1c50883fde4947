package io.fleetinstaller.slots;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.HealthCheck;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.release.Version;
import io.fleetinstaller.toc.Toc;
import io.fleetinstaller.toc.TocFormat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Installs and upgrades a package as the daemon does, in a process with the daemon's heap. */
final class SmallHeap {
  private static final PackageName NAME = new PackageName("agent");
  private static final Release ANY = new Release(NAME, new Version("9"), Digest.of(new byte[0]));

  private SmallHeap() {}

  /** In the folder are two tables, {@code 1} and {@code 2}; slots are made beside them. */
  public static void main(String[] words) throws Exception {
    Path folder = Path.of(words[0]);
    // What the daemon itself has on its heap; three parts of a layer that are under way, or a block
    // of a delta and its window; and a delta's table.
    byte[][] others = {new byte[8 << 20], new byte[12 << 20], new byte[8 << 20]};
    Slots slots =
        new Slots(
            Files.createDirectory(folder.resolve("packages")),
            new Doors(new DurableDisk(), Interposed.unlimited(), (_, bytes) -> descriptor(bytes)),
            0);
    stage(slots, folder, "1");
    Slot upgraded = stage(slots, folder, "2");
    System.out.printf("%d %d%n", others.length, slots.verify(upgraded).size());
  }

  private static Slot stage(Slots slots, Path folder, String version) throws Exception {
    byte[] packed = Files.readAllBytes(folder.resolve(version));
    long plain = Long.parseLong(Files.readString(folder.resolve(version + ".plain")));
    Toc.Location location = new Toc.Location(Digest.of(packed), 1 << 30, packed.length, plain);
    TocFormat.Bounds bounds = new TocFormat.Bounds(1L << 31, 1L << 40, 1 << 20);
    Table table = new Table(TocFormat.read("the table", packed, location, bounds), packed);
    Inventory inventory = slots.inventory(ANY).of(List.of(table.toc()));
    Layer layer =
        new Layer.Assembled(
            table, "the test", () -> new Pieces(inventory, Integer.parseInt(version)));
    byte[] text = version.getBytes(StandardCharsets.US_ASCII);
    Release release = new Release(NAME, new Version(version), Digest.of(text));
    return slots.stage(new Delivery(release, descriptor(text), text, List.of(layer)));
  }

  private static Descriptor descriptor(byte[] version) {
    return new Descriptor(
        NAME,
        new Version(new String(version, StandardCharsets.US_ASCII)),
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
        true,
        1L << 30,
        1 << 20);
  }

  /** Copies what the old slot has, and makes the rest. */
  private static final class Pieces implements Supply {
    private final Inventory inventory;
    private final int edition;
    private int number;

    Pieces(Inventory inventory, int edition) {
      this.inventory = inventory;
      this.edition = edition;
    }

    @Override
    public void file(Toc.Entry entry, Sink sink) throws Fault, InterruptedException {
      if (entry.chunks().size() == 1) {
        number = (int) (entry.chunks().getFirst().place().orElseThrow().from() / 10);
      }
      for (Toc.Chunk chunk : entry.chunks()) {
        byte[] bytes = LargestTables.piece(number++, edition);
        Optional<Inventory.Held> held = inventory.chunk(chunk.digest(), chunk.length());
        if (held.isPresent()) {
          sink.copy(held.get().file(), held.get().offset(), held.get().length());
        } else {
          sink.bytes(bytes, 0, bytes.length);
        }
      }
    }

    @Override
    public void close() {}
  }
}

package io.fleetinstaller.supply;

import io.fleetinstaller.delta.Layouts;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.packages.Build;
import io.fleetinstaller.packages.DeltaBuild;
import io.fleetinstaller.packages.Ownership;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Slots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;

/** Editions of one real package in a layout, and hosts with real slots. */
public final class Editions {
  public static final PackageName NAME = new PackageName("agent");

  /** The size of the largest file. */
  public static final int LARGE = 3 << 20;

  private final Path folder;

  public Editions(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(layout());
  }

  public Path layout() {
    return folder.resolve("layout");
  }

  /** The slots of a host. */
  public Slots slots(String host) throws IOException {
    Path packages = Files.createDirectories(folder.resolve(host));
    return new Slots(
        packages, new Doors(new DurableDisk(), new FileScratch(), DescriptorFormat::read), 0);
  }

  /** Every file of a slot with its mode, owner and digest. */
  public static String contents(Slot slot) throws IOException {
    return Files.readString(slot.path().resolve(".fleet-installer/contents"));
  }

  /** One large file, many small ones of which one in ten differs, an empty one, and links. */
  public Path tree(int edition) throws IOException {
    Path tree = folder.resolve("tree-" + edition);
    if (Files.exists(tree)) {
      return tree;
    }
    Files.createDirectories(tree.resolve("small"));
    byte[] large = new byte[LARGE];
    new Random(7).nextBytes(large);
    Files.write(tree.resolve("large"), large);
    Files.write(tree.resolve("zeros"), new byte[300_000]);
    Files.createFile(tree.resolve("empty"));
    for (int i = 0; i < 300; i++) {
      byte[] bytes = new byte[2000];
      new Random(i % 10 == 0 ? 1000L * edition + i : i).nextBytes(bytes);
      Files.write(tree.resolve("small/file-" + i), bytes);
    }
    Files.createSymbolicLink(tree.resolve("link"), Path.of("small/file-1"));
    Files.createLink(tree.resolve("other-name"), tree.resolve("large"));
    return tree;
  }

  /** Changes a few bytes in the middle of a file. */
  public static void edit(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    for (int i = at; i < at + 10; i++) {
      bytes[i] ^= 0x33;
    }
    Files.write(file, bytes);
  }

  /** Puts a release into the layout; its digest. */
  public Digest build(String version, Path tree) throws IOException, Fault {
    Path descriptor = folder.resolve(version + ".yaml");
    Platform platform = Platform.ofThisHost();
    Files.writeString(
        descriptor,
        """
        {formatVersion: 1, name: agent, version: "%s",
         platform: {os: %s, architecture: %s},
         health: {startPeriod: 1s, interval: 1s, stableFor: 5s, deadline: 30s}}
        """
            .formatted(version, platform.os(), platform.architecture()));
    return new Build(tree, descriptor, layout(), version, Ownership.ROOT, Instant.EPOCH, 3)
        .run()
        .top();
  }

  /** Publishes what leads from 1 to 2; the manifest of that. */
  public Digest delta() throws Fault, InterruptedException {
    return delta("1", "2");
  }

  /** Publishes what leads from one version to another; the manifest of that. */
  public Digest delta(String from, String to) throws Fault, InterruptedException {
    return new DeltaBuild(new Layouts(), _ -> {})
        .run(Reference.parse(layout() + ":" + from), Reference.parse(layout() + ":" + to))
        .getFirst()
        .manifest();
  }
}

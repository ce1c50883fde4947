package io.fleetinstaller.data;

import io.fleetinstaller.host.Kept;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Held;
import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.io.Sizes;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The room that the snapshots of one upgrade need together, on each file system they lie on. */
final class Room {
  private static final long BLOCK = 4096;

  private final Disk disk;
  private final Scratch scratch;
  private final long reserve;
  private final Map<FileStore, Extent> needed = new HashMap<>();
  private int asked;

  /**
   * @param reserve bytes that must stay free
   */
  Room(Disk disk, Scratch scratch, long reserve) {
    this.disk = disk;
    this.scratch = scratch;
    this.reserve = reserve;
  }

  /** Refuses what has no room beside the snapshots that were asked for before. */
  void ask(Path data, Extent extent) throws Fault, InterruptedException {
    Trouble.in(
        "find room for a snapshot of",
        data,
        () -> {
          asked++;
          long bytes = extent.entries() * BLOCK + (shares(data) ? 0 : extent.bytes());
          Path parent = data.resolveSibling("");
          Extent all =
              needed.merge(
                  Files.getFileStore(parent), new Extent(bytes, extent.entries()), Extent::plus);
          refuseBeyond(scratch.free(parent), all, data);
          return all;
        });
  }

  /** Bytes that those that were asked for take of the file system that this lies on. */
  long on(Path place) throws Fault, InterruptedException {
    return Trouble.in(
        "find the file system of",
        place,
        () -> needed.getOrDefault(Files.getFileStore(place), Extent.NOTHING).bytes());
  }

  private void refuseBeyond(Scratch.Free free, Extent all, Path data) throws Fault {
    Path parent = data.resolveSibling("");
    String who = asked == 1 ? "its snapshot needs" : "its snapshot and those before it need";
    long bytes = all.bytes();
    if (free.bytes() - reserve < bytes) {
      throw full(
          data,
          "%s %s and %s must stay free, but %s has %s; free at least %s there"
              .formatted(
                  who,
                  Sizes.text(bytes),
                  Sizes.text(reserve),
                  parent,
                  Sizes.text(free.bytes()),
                  Sizes.text(bytes + reserve - free.bytes())));
    }
    if (free.inodes() < all.entries()) {
      throw full(
          data,
          "%s %d inodes, but %s has %d; remove some files there"
              .formatted(who, all.entries(), parent, free.inodes()));
    }
  }

  private static Fault full(Path data, String why) {
    return new Fault.Transient(
        ReasonCode.DISK_FULL, "cannot keep the data in %s: %s".formatted(data, why));
  }

  /** Whether two files may share their bytes here; tried, because nobody can tell beforehand. */
  private boolean shares(Path data) throws IOException {
    Path one = Kept.beside(data, "taking-probe");
    Path other = Kept.beside(data, "taking-probe-too");
    disk.delete(one);
    disk.delete(other);
    try {
      try (Scratch.Output out = scratch.file(one)) {
        out.write(new byte[(int) BLOCK], 0, (int) BLOCK, 0);
      }
      try (Held held = Held.at(one);
          Scratch.Output _ = scratch.file(other)) {
        return scratch.share(other, held);
      }
    } finally {
      disk.delete(one);
      disk.delete(other);
    }
  }
}

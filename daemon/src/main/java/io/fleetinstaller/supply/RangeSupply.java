package io.fleetinstaller.supply;

import io.fleetinstaller.io.Faulted;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.slots.Inventory;
import io.fleetinstaller.slots.Sink;
import io.fleetinstaller.slots.Supply;
import io.fleetinstaller.toc.Toc;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes what slots hold from there, and asks for the other parts of the layer only. */
final class RangeSupply implements Supply {
  private final Inventory inventory;
  private final Frames frames;
  private final byte[] buffer = new byte[64 << 10];

  RangeSupply(Inventory inventory, Parts parts) {
    this.inventory = inventory;
    this.frames = new Frames(parts);
  }

  /** What has to be fetched, in the order in which a supply reads it. */
  static List<Toc.Place> missing(Toc toc, Inventory inventory) {
    List<Toc.Place> missing = new ArrayList<>();
    for (Toc.Entry entry : toc.entries()) {
      if (whole(entry, inventory).isEmpty()) {
        for (Toc.Chunk chunk : entry.chunks()) {
          chunk.place().filter(_ -> held(chunk, inventory).isEmpty()).ifPresent(missing::add);
        }
      }
    }
    return missing;
  }

  private static Optional<Inventory.Held> whole(Toc.Entry entry, Inventory inventory) {
    return entry.digest().flatMap(digest -> inventory.file(digest, entry.header().size()));
  }

  private static Optional<Inventory.Held> held(Toc.Chunk chunk, Inventory inventory) {
    return inventory.chunk(chunk.digest(), chunk.length());
  }

  @Override
  public void file(Toc.Entry entry, Sink sink) throws IOException, Fault, InterruptedException {
    Optional<Inventory.Held> whole = whole(entry, inventory);
    if (whole.isPresent()) {
      copy(whole.get(), sink);
      return;
    }
    for (Toc.Chunk chunk : entry.chunks()) {
      chunk(chunk, sink);
    }
  }

  private void chunk(Toc.Chunk chunk, Sink sink) throws IOException, Fault, InterruptedException {
    if (chunk.place().isEmpty()) {
      sink.zeros(chunk.length());
      return;
    }
    Optional<Inventory.Held> held = held(chunk, inventory);
    if (held.isPresent()) {
      copy(held.get(), sink);
    } else {
      fetch(chunk.place().get(), chunk.length(), sink);
    }
  }

  private static void copy(Inventory.Held held, Sink sink) throws Fault, InterruptedException {
    sink.copy(held.file(), held.offset(), held.length());
  }

  private void fetch(Toc.Place place, long length, Sink sink)
      throws IOException, Fault, InterruptedException {
    unpacked(() -> frames.open(place));
    for (long left = length; left > 0; left -= buffer.length) {
      int count = (int) Math.min(left, buffer.length);
      unpacked(() -> frames.read(buffer, count));
      sink.bytes(buffer, 0, count);
    }
  }

  @FunctionalInterface
  private interface Unpacking {
    void run() throws IOException;
  }

  /** What came is no frame of this layer, unless it did not come at all. */
  private static void unpacked(Unpacking unpacking) throws IOException, Refused {
    try {
      unpacking.run();
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      if (Faulted.in(e).isPresent()) {
        throw e;
      }
      throw new Refused(
          ReasonCode.DIGEST_MISMATCH,
          "cannot use the parts of a layer: they are not what its table of contents says: %s"
              .formatted(e.getMessage()));
    }
  }

  @Override
  public void close() throws IOException {
    frames.close();
  }
}

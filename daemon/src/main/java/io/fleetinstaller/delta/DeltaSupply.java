package io.fleetinstaller.delta;

import io.fleetinstaller.io.Patch;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.slots.Inventory;
import io.fleetinstaller.slots.Original;
import io.fleetinstaller.slots.Sink;
import io.fleetinstaller.slots.Supply;
import io.fleetinstaller.toc.Toc;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes files out of those of the old release and the blocks of a delta, which are read once, from
 * the first one that is needed: what an earlier try to stage the release has made is copied. Holds
 * one block and one window in memory, 16 MiB in all, until it is closed. For the thread that made
 * it.
 */
public final class DeltaSupply implements Supply {
  private static final int PAGE = 64 << 10;
  private static final byte[] NOTHING = new byte[PAGE];

  private final String source;
  private final Inventory inventory;
  private final Blocks blocks;
  private final Map<String, Place> places = new HashMap<>();
  private final Patch patch = new Patch(DeltaFormat.LARGEST_WINDOW, DeltaFormat.LARGEST_BLOCK);
  private final byte[] page = new byte[PAGE];

  /** Opens the blocks from this byte of them on. */
  @FunctionalInterface
  public interface Opening {
    InputStream from(long first) throws IOException, Fault, InterruptedException;
  }

  /** An item, and where its blocks begin. */
  private record Place(DeltaTable.Item item, long first) {}

  /**
   * @param source what is applied, for people
   * @param inventory of the slots that hold the old release, and of what was begun of the new one
   * @param blocks opened once at most; closed with this
   */
  public DeltaSupply(String source, DeltaTable table, Inventory inventory, Opening blocks) {
    this.source = source;
    this.inventory = inventory;
    this.blocks = new Blocks(source, blocks);
    long first = 0;
    for (DeltaTable.Item item : table.files()) {
      places.put(item.name(), new Place(item, first));
      first += item.packed();
    }
  }

  /**
   * How many bytes of the blocks need not be fetched: those before the first block that brings
   * anything.
   */
  public static long made(DeltaTable table, Toc toc, Inventory inventory) {
    if (!inventory.goesOn()) {
      return 0;
    }
    Map<String, Long> made = new HashMap<>();
    toc.entries().forEach(entry -> made.put(entry.header().name(), made(entry, inventory)));
    long first = 0;
    for (DeltaTable.Item item : table.files()) {
      int count = item.within(made.getOrDefault(item.name(), 0L));
      first += item.packed(count);
      if (count < item.blocks().size()) {
        return first;
      }
    }
    return first;
  }

  /** With how many bytes a file begins that are here already. */
  private static long made(Toc.Entry entry, Inventory inventory) {
    long made = 0;
    for (Toc.Chunk chunk : entry.chunks()) {
      if (chunk.place().isPresent() && inventory.chunk(chunk.digest(), chunk.length()).isEmpty()) {
        return made;
      }
      made += chunk.length();
    }
    return made;
  }

  @Override
  public void file(Toc.Entry entry, Sink sink) throws IOException, Fault, InterruptedException {
    Place place = places.get(entry.header().name());
    if (place == null) {
      Digest digest = entry.digest().orElseThrow();
      sink.copy(held(digest, entry.header().size()).file(), 0, entry.header().size());
      return;
    }
    DeltaTable.Item item = place.item();
    int made = inventory.goesOn() ? item.within(made(entry, inventory)) : 0;
    copy(entry, item.length(made), sink);
    blocks.skipTo(place.first() + item.packed(made));
    List<DeltaTable.Block> left = item.blocks().subList(made, item.blocks().size());
    if (item.ancestor().isEmpty()) {
      for (DeltaTable.Block block : left) {
        patch.window().flip();
        block(item, block, sink);
      }
    } else if (!left.isEmpty()) {
      patched(item, left, sink);
    }
  }

  /** The first bytes of a file, which its chunks have. */
  private void copy(Toc.Entry entry, long length, Sink sink) throws Fault, InterruptedException {
    long left = length;
    for (Toc.Chunk chunk : entry.chunks()) {
      long count = Math.min(chunk.length(), left);
      if (count > 0 && chunk.place().isEmpty()) {
        sink.zeros(count);
      } else if (count > 0) {
        Inventory.Held held = inventory.chunk(chunk.digest(), chunk.length()).orElseThrow();
        sink.copy(held.file(), held.offset(), count);
      }
      left -= count;
    }
  }

  private void patched(DeltaTable.Item item, List<DeltaTable.Block> blocks, Sink sink)
      throws IOException, Fault, InterruptedException {
    DeltaTable.Ancestor ancestor = item.ancestor().orElseThrow();
    Inventory.Held held = held(ancestor.digest(), ancestor.size());
    try (Original original = open(held)) {
      for (DeltaTable.Block block : blocks) {
        fill(held, original, block);
        block(item, block, sink);
      }
    }
  }

  private Inventory.Held held(Digest digest, long size) throws Refused {
    return inventory
        .file(digest, size)
        .orElseThrow(() ->
            new Refused(
                ReasonCode.NOT_FOUND,
                "cannot apply %s: no slot holds %s, which it builds on".formatted(source, digest)));
  }

  private Original open(Inventory.Held held) throws Refused {
    try {
      return Original.open(held.file());
    } catch (IOException e) {
      throw unreadable(held, String.valueOf(e.getMessage()));
    }
  }

  private void fill(Inventory.Held held, Original original, DeltaTable.Block block)
      throws Refused, InterruptedException {
    ByteBuffer window = patch.window();
    try {
      for (DeltaTable.Piece piece : block.window()) {
        long end = held.offset() + piece.offset() + piece.length();
        window.limit(window.position() + piece.length());
        while (window.hasRemaining()) {
          if (original.read(window, end - window.remaining()) < 0) {
            throw new EOFException("it is shorter than it was");
          }
        }
      }
    } catch (IOException e) {
      throw unreadable(held, String.valueOf(e.getMessage()));
    }
    window.flip();
  }

  private void block(DeltaTable.Item item, DeltaTable.Block block, Sink sink)
      throws IOException, Fault, InterruptedException {
    ByteBuffer packed = patch.packed(block.packed());
    while (packed.hasRemaining()) {
      packed.put(page, 0, blocks.read(page, Math.min(PAGE, packed.remaining())));
    }
    ByteBuffer plain;
    try {
      plain = patch.unpack(block.length());
    } catch (IOException e) {
      throw bad(item, String.valueOf(e.getMessage()));
    }
    if (plain.remaining() != block.length()) {
      throw bad(
          item, "a block has %d bytes instead of %d".formatted(plain.remaining(), block.length()));
    }
    hand(plain, sink);
  }

  /** Long runs of zeros become holes, as they do when a package is built. */
  private void hand(ByteBuffer plain, Sink sink) throws Fault, InterruptedException {
    while (plain.hasRemaining()) {
      int length = Math.min(PAGE, plain.remaining());
      plain.get(page, 0, length);
      if (Arrays.equals(page, 0, length, NOTHING, 0, length)) {
        sink.zeros(length);
      } else {
        sink.bytes(page, 0, length);
      }
    }
  }

  private Refused bad(DeltaTable.Item item, String why) {
    return new Refused(
        ReasonCode.MALFORMED,
        "cannot apply %s: a block of '%s' cannot be unpacked: %s"
            .formatted(source, item.name(), why));
  }

  private Refused unreadable(Inventory.Held held, String why) {
    return new Refused(
        ReasonCode.DIGEST_MISMATCH,
        "cannot apply %s: %s cannot be read: %s".formatted(source, held.file(), why));
  }

  @Override
  public void close() throws IOException {
    try (patch) {
      blocks.close();
    }
  }
}

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
import java.util.Map;

/**
 * Makes files out of those of the old release and the blocks of a delta, which are read once. Holds
 * one block and one window in memory, 16 MiB in all, until it is closed. For the thread that made
 * it.
 */
public final class DeltaSupply implements Supply {
  private static final int PAGE = 64 << 10;
  private static final byte[] NOTHING = new byte[PAGE];

  private final String source;
  private final DeltaTable table;
  private final Inventory inventory;
  private final InputStream blocks;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Patch patch = new Patch(DeltaFormat.LARGEST_WINDOW, DeltaFormat.LARGEST_BLOCK);
  private final byte[] page = new byte[PAGE];
  private int next;

  /**
   * @param source what is applied, for people
   * @param inventory of the slots that hold the old release
   * @param blocks all of them; closed with this
   */
  public DeltaSupply(String source, DeltaTable table, Inventory inventory, InputStream blocks) {
    this.source = source;
    this.table = table;
    this.inventory = inventory;
    this.blocks = blocks;
    for (DeltaTable.Item item : table.files()) {
      numbers.put(item.name(), numbers.size());
    }
  }

  @Override
  public void file(Toc.Entry entry, Sink sink) throws IOException, Fault, InterruptedException {
    Integer number = numbers.get(entry.header().name());
    if (number == null) {
      Digest digest = entry.digest().orElseThrow();
      sink.copy(held(digest, entry.header().size()).file(), 0, entry.header().size());
      return;
    }
    // Files that nobody asked for still have their blocks here.
    for (; next < number; next++) {
      blocks.skipNBytes(table.files().get(next).packed());
    }
    next = number + 1;
    DeltaTable.Item item = table.files().get(number);
    if (item.ancestor().isEmpty()) {
      for (DeltaTable.Block block : item.blocks()) {
        patch.window().flip();
        block(item, block, sink);
      }
    } else {
      patched(item, item.ancestor().get(), sink);
    }
  }

  private void patched(DeltaTable.Item item, DeltaTable.Ancestor ancestor, Sink sink)
      throws IOException, Fault, InterruptedException {
    Inventory.Held held = held(ancestor.digest(), ancestor.size());
    try (Original original = open(held)) {
      for (DeltaTable.Block block : item.blocks()) {
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
      int count = blocks.read(page, 0, Math.min(PAGE, packed.remaining()));
      if (count < 0) {
        throw new EOFException("the blocks of %s end early".formatted(source));
      }
      packed.put(page, 0, count);
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

package io.fleetinstaller.packages;

import io.fleetinstaller.delta.DeltaFormat;
import io.fleetinstaller.delta.DeltaTable;
import io.fleetinstaller.io.Patch;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Writes the blocks of a delta: packed on all cores there are, written in their order, so that the
 * same files always give the same bytes. Not thread-safe.
 */
final class DeltaWriter implements AutoCloseable {
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  private final Unpacked unpacked;
  private final OutputStream out;
  private final ExecutorService packers = Executors.newFixedThreadPool(CORES);
  private final Deque<Begun> begun = new ArrayDeque<>();
  private final List<Unfinished> items = new ArrayList<>();

  /** A file whose blocks are not all there yet. */
  private record Unfinished(
      Unpacked.File file, Optional<Unpacked.File> ancestor, List<DeltaTable.Block> blocks) {
    DeltaTable.Item item() {
      return new DeltaTable.Item(
          file.name(),
          file.size(),
          ancestor.map(it -> new DeltaTable.Ancestor(it.digest(), it.size())),
          blocks);
    }
  }

  private record Begun(Unfinished item, Future<Packed> packed) {}

  // Handed from one thread to another, never compared.
  @SuppressWarnings("ArrayRecordComponent")
  private record Packed(int length, List<DeltaTable.Piece> window, byte[] bytes) {}

  DeltaWriter(Unpacked unpacked, OutputStream out) {
    this.unpacked = unpacked;
    this.out = out;
  }

  /** The next file; without an ancestor it goes whole. */
  void file(Unpacked.File file, Optional<Unpacked.File> ancestor)
      throws IOException, InterruptedException {
    Unfinished item = new Unfinished(file, ancestor, new ArrayList<>());
    items.add(item);
    MemorySegment content = Samples.content(unpacked.path(file.digest()));
    MemorySegment old =
        ancestor.isEmpty()
            ? MemorySegment.ofArray(new byte[0])
            : Samples.content(unpacked.path(ancestor.get().digest()));
    Windows windows = new Windows(old);
    for (long at = 0; at < content.byteSize(); at += DeltaFormat.LARGEST_BLOCK) {
      long length = Math.min(DeltaFormat.LARGEST_BLOCK, content.byteSize() - at);
      MemorySegment block = content.asSlice(at, length);
      begun.add(new Begun(item, packers.submit(() -> pack(block, windows))));
      while (begun.size() > 2 * CORES) {
        write();
      }
    }
  }

  private static Packed pack(MemorySegment block, Windows windows) {
    byte[] plain = block.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    List<DeltaTable.Piece> window = windows.of(plain);
    return new Packed(plain.length, window, Patch.pack(plain, windows.bytes(window)));
  }

  private void write() throws IOException, InterruptedException {
    Begun first = begun.remove();
    try {
      Packed packed = first.packed().get();
      out.write(packed.bytes());
      first
          .item()
          .blocks()
          .add(new DeltaTable.Block(packed.length(), packed.bytes().length, packed.window()));
    } catch (ExecutionException e) {
      throw new IllegalStateException("packing a block failed", e.getCause());
    }
  }

  /** Everything that was written. */
  List<DeltaTable.Item> finish() throws IOException, InterruptedException {
    while (!begun.isEmpty()) {
      write();
    }
    return items.stream().map(Unfinished::item).toList();
  }

  @Override
  public void close() {
    packers.shutdownNow();
    packers.close();
  }
}

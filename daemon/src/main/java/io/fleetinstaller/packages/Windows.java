package io.fleetinstaller.packages;

import io.fleetinstaller.delta.DeltaFormat;
import io.fleetinstaller.delta.DeltaTable;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Finds the pieces of an ancestor that a block has most in common with. What was moved, and what
 * other things that grew have pushed along, is found where it is now. Immutable.
 */
final class Windows {
  /** Pieces begin at multiples of it. */
  private static final int PIECE = 256 << 10;

  private static final int PIECES = DeltaFormat.LARGEST_WINDOW / PIECE;
  private static final int NUMBER_BITS = 20;

  private final MemorySegment ancestor;
  private final int[] places;
  private final int shift;

  Windows(MemorySegment ancestor) {
    this.ancestor = ancestor;
    if (fits()) {
      this.places = new int[0];
      this.shift = 0;
      return;
    }
    int bits = Math.clamp(64 - Long.numberOfLeadingZeros(ancestor.byteSize() >> 5), 10, 26);
    this.places = new int[1 << bits];
    this.shift = Long.SIZE - bits;
    // The first place counts: later ones are most often padding.
    Samples.of(
        ancestor,
        (hash, offset) -> {
          int slot = (int) (hash >>> shift);
          if (places[slot] == 0) {
            places[slot] = tag(hash) | ((int) (offset / PIECE) + 1);
          }
        });
  }

  private boolean fits() {
    return ancestor.byteSize() <= DeltaFormat.LARGEST_WINDOW;
  }

  private static int tag(long hash) {
    return (int) (hash >>> 5) << NUMBER_BITS;
  }

  /** The window for a block, in the order of the ancestor. */
  List<DeltaTable.Piece> of(byte[] block) {
    if (ancestor.byteSize() == 0) {
      return List.of();
    }
    if (fits()) {
      return List.of(new DeltaTable.Piece(0, (int) ancestor.byteSize()));
    }
    int[] hits = new int[(int) (ancestor.byteSize() / PIECE) + 1];
    Samples.of(
        MemorySegment.ofArray(block),
        (hash, _) -> {
          int place = places[(int) (hash >>> shift)];
          int number = place & ((1 << NUMBER_BITS) - 1);
          if (number > 0 && (place ^ tag(hash)) >>> NUMBER_BITS == 0) {
            hits[number - 1]++;
          }
        });
    BitSet best = new BitSet();
    IntStream.range(0, hits.length)
        .filter(number -> hits[number] > 0)
        .boxed()
        .sorted(Comparator.comparingInt((Integer number) -> -hits[number]))
        .limit(PIECES)
        .forEach(best::set);
    return pieces(best);
  }

  private List<DeltaTable.Piece> pieces(BitSet chosen) {
    List<DeltaTable.Piece> pieces = new ArrayList<>();
    for (int from = chosen.nextSetBit(0); from >= 0; ) {
      int to = chosen.nextClearBit(from);
      long offset = (long) from * PIECE;
      long end = Math.min((long) to * PIECE, ancestor.byteSize());
      if (end > offset) {
        pieces.add(new DeltaTable.Piece(offset, (int) (end - offset)));
      }
      from = chosen.nextSetBit(to);
    }
    return pieces;
  }

  /** The bytes of a window. */
  byte[] bytes(List<DeltaTable.Piece> window) {
    byte[] bytes = new byte[window.stream().mapToInt(DeltaTable.Piece::length).sum()];
    int at = 0;
    for (DeltaTable.Piece piece : window) {
      MemorySegment.copy(
          ancestor, piece.offset(), MemorySegment.ofArray(bytes), at, piece.length());
      at += piece.length();
    }
    return bytes;
  }
}

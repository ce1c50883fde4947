package io.fleetinstaller.packaging.cuts;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A disk with a write cache that forgets: whatever was written since the last flush is there as
 * long as there is power, and of it a cut leaves any part.
 *
 * <p>What is durable lies in the file of the image, which nobody changes, and over that in one of
 * its own. What is not lies in memory, block by block, each with all that was written to it. A
 * block is 4 KiB, which disks promise to write whole or not at all; a longer write may be torn
 * between any two. Thread-safe.
 */
final class Disk implements AutoCloseable {
  static final int BLOCK = 4096;

  /** A disk may make durable whatever it likes before it is told to: so many blocks it holds. */
  private static final int MOST_BLOCKS = 16_384;

  private final Path image;
  private final FileChannel base;
  private final FileChannel own;
  private final BitSet changed = new BitSet();
  private final Map<Integer, List<byte[]>> unsynced = new LinkedHashMap<>();

  private Disk(Path image, Path own) throws IOException {
    this.image = image;
    this.base = FileChannel.open(image, StandardOpenOption.READ);
    this.own =
        FileChannel.open(
            own,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
  }

  /**
   * As the image has it.
   *
   * @param own a file that is not there yet
   */
  static Disk of(Path image, Path own) throws IOException {
    return new Disk(image, own);
  }

  /**
   * What a cut of power now would leave.
   *
   * @param left what is on the disk then
   * @param unsynced how many blocks had been written since the last flush
   * @param lost how many of them are not as they were last written
   */
  record Remains(Disk left, int unsynced, int lost) {
    @Override
    public String toString() {
      return "%d of %d blocks that were not flushed are lost".formatted(lost, unsynced);
    }
  }

  long size() throws IOException {
    return base.size();
  }

  /** Fills the buffer. */
  synchronized void read(long at, ByteBuffer into) throws IOException {
    long position = at;
    while (into.hasRemaining()) {
      int block = Math.toIntExact(position / BLOCK);
      int within = Math.toIntExact(position % BLOCK);
      int length = Math.min(BLOCK - within, into.remaining());
      into.put(block(block), within, length);
      position += length;
    }
  }

  /** Takes all of the buffer. */
  synchronized void write(long at, ByteBuffer from) throws IOException {
    long position = at;
    while (from.hasRemaining()) {
      int block = Math.toIntExact(position / BLOCK);
      int within = Math.toIntExact(position % BLOCK);
      int length = Math.min(BLOCK - within, from.remaining());
      byte[] bytes = length == BLOCK ? new byte[BLOCK] : block(block).clone();
      from.get(bytes, within, length);
      unsynced.computeIfAbsent(block, _ -> new ArrayList<>(1)).add(bytes);
      position += length;
    }
    if (unsynced.size() > MOST_BLOCKS) {
      flush();
    }
  }

  /** Makes all that was written durable. */
  synchronized void flush() throws IOException {
    for (Map.Entry<Integer, List<byte[]>> each : unsynced.entrySet()) {
      keep(each.getKey(), each.getValue().getLast());
    }
    unsynced.clear();
  }

  /**
   * The disk that a cut leaves, beside this one. Of each block it has what is durable, or any of
   * what was written since; chance says what, and first how much is lost altogether. In which order
   * the rest came there does not show any more.
   *
   * @param file of its own
   */
  synchronized Remains cut(Random chance, Path file) throws IOException {
    Disk left = copy(file);
    double arrives = chance.nextDouble();
    int lost = 0;
    for (Map.Entry<Integer, List<byte[]>> each : unsynced.entrySet()) {
      boolean last = false;
      for (byte[] bytes : each.getValue()) {
        last = chance.nextDouble() < arrives;
        if (last) {
          left.keep(each.getKey(), bytes);
        }
      }
      lost += last ? 0 : 1;
    }
    return new Remains(left, unsynced.size(), lost);
  }

  /** Another with what is durable of this one. */
  synchronized Disk copy(Path file) throws IOException {
    Disk copy = new Disk(image, file);
    for (int from = changed.nextSetBit(0); from >= 0; ) {
      int to = changed.nextClearBit(from);
      long position = (long) from * BLOCK;
      long end = (long) to * BLOCK;
      copy.own.position(position);
      while (position < end) {
        position += own.transferTo(position, end - position, copy.own);
      }
      from = changed.nextSetBit(to);
    }
    copy.changed.or(changed);
    return copy;
  }

  private byte[] block(int block) throws IOException {
    List<byte[]> written = unsynced.get(block);
    if (written != null) {
      return written.getLast();
    }
    ByteBuffer bytes = ByteBuffer.allocate(BLOCK);
    FileChannel from = changed.get(block) ? own : base;
    while (bytes.hasRemaining()
        && from.read(bytes, (long) block * BLOCK + bytes.position()) >= 0) {}
    return bytes.array();
  }

  private void keep(int block, byte[] bytes) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      own.write(left, (long) block * BLOCK + left.position());
    }
    changed.set(block);
  }

  @Override
  public void close() throws IOException {
    base.close();
    own.close();
  }
}

package io.fleetinstaller.toc;

import io.fleetinstaller.release.Digest;
import java.nio.ByteBuffer;

/**
 * Cuts content where the content says so, and not after so many bytes: what is inserted or taken
 * out changes the chunks around it and no others. FastCDC with normalized chunking, level 2 (Xia et
 * al., "FastCDC: a Fast and Efficient Content-Defined Chunking Approach for Data Deduplication",
 * USENIX ATC 2016), its random numbers taken from SHA-256. Where it cuts must never change, or a
 * release shares no chunk with the one before it. Thread-safe.
 */
final class Chunker {
  private static final long[] GEAR = gear();
  private static final int NORMALIZATION = 2;

  private final int mean;
  private final long seldom;
  private final long often;

  /**
   * @param mean length of a chunk in bytes, a power of two; a quarter of it is the least, four
   *     times of it the most
   */
  Chunker(int mean) {
    int bits = Integer.numberOfTrailingZeros(mean);
    this.mean = mean;
    this.seldom = -1L << (Long.SIZE - bits - NORMALIZATION);
    this.often = -1L << (Long.SIZE - bits + NORMALIZATION);
  }

  int most() {
    return 4 * mean;
  }

  /** The length of the chunk that these bytes begin with; they are {@link #most} or the rest. */
  int cut(byte[] bytes, int from, int to) {
    int end = Math.min(to, from + most());
    int normal = Math.min(end, from + mean);
    long hash = 0;
    for (int i = Math.min(end, from + mean / 4); i < end; i++) {
      hash = (hash << 1) + GEAR[bytes[i] & 0xff];
      if ((hash & (i < normal ? seldom : often)) == 0) {
        return i + 1 - from;
      }
    }
    return end - from;
  }

  private static long[] gear() {
    long[] gear = new long[256];
    for (int i = 0; i < gear.length; i++) {
      byte[] random = Digest.algorithm().digest(new byte[] {(byte) i});
      gear[i] = ByteBuffer.wrap(random).getLong();
    }
    return gear;
  }
}

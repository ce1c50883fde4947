package io.fleetinstaller.io;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictContentType;
import com.github.luben.zstd.ZstdDictDecompress;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;

/**
 * Packs bytes by what they have in common with others, the window, as {@code zstd --patch-from}
 * does. An instance unpacks; it keeps room for one block and its window outside the heap until it
 * is closed, because an idle daemon collects nothing for hours. For the thread that made it.
 */
public final class Patch implements AutoCloseable {
  /** Higher ones take many times as long for a hundredth less. */
  private static final int LEVEL = 12;

  /**
   * Whatever many short matches stand before a long one, this finds it; it takes ten times as long.
   */
  private static final int THOROUGH_LEVEL = 16;

  /** Below one of so many plain bytes what they have in common was found. */
  private static final int FOUND = 8;

  /** As far back as the largest window and the largest block together reach. */
  private static final int WINDOW_LOG = 24;

  private final Arena arena = Arena.ofConfined();
  private final ByteBuffer window;
  private final ByteBuffer plain;
  private Arena packedArena = Arena.ofConfined();
  private ByteBuffer packed = room(packedArena, 0);

  /**
   * @param largestWindow in bytes
   * @param largestBlock in plain bytes
   */
  public Patch(int largestWindow, int largestBlock) {
    this.window = room(arena, largestWindow);
    this.plain = room(arena, largestBlock);
  }

  private static ByteBuffer room(Arena arena, int size) {
    return arena.allocate(size).asByteBuffer();
  }

  /** Packs these bytes; the same ones and the same window always give the same. */
  public static byte[] pack(byte[] plain, byte[] window) {
    byte[] quick = pack(plain, window, LEVEL);
    boolean dense = quick.length > plain.length - plain.length / FOUND;
    if (window.length == 0 || dense || quick.length < plain.length / FOUND) {
      return quick;
    }
    byte[] thorough = pack(plain, window, THOROUGH_LEVEL);
    return thorough.length < quick.length ? thorough : quick;
  }

  private static byte[] pack(byte[] plain, byte[] window, int level) {
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      context.setLevel(level).setWindowLog(WINDOW_LOG).setContentSize(true).setChecksum(false);
      if (window.length > 0) {
        context.loadDict(window, ZstdDictContentType.RAW_CONTENT);
      }
      return context.compress(plain);
    }
  }

  /** The most bytes that a block of this size can take when it is packed. */
  public static int bound(int plain) {
    return (int) Zstd.compressBound(plain);
  }

  /** The room for the window, cleared; whoever fills it flips it. */
  public ByteBuffer window() {
    return window.clear();
  }

  /** The room for a packed block of this size, to be filled. */
  public ByteBuffer packed(int size) {
    if (packed.capacity() < size) {
      packedArena.close();
      packedArena = Arena.ofConfined();
      packed = room(packedArena, Math.max(size, Math.min(2 * size, plain.capacity())));
    }
    return packed.clear().limit(size);
  }

  /**
   * Unpacks the block against the window; it fails if that has more than this length.
   *
   * @return the plain bytes, good until the next block
   */
  public ByteBuffer unpack(int length) throws IOException {
    // One call into one buffer: whatever window the frame claims, nothing is allocated for it.
    try (ZstdDictDecompress dictionary =
            new ZstdDictDecompress(window.slice(), true, ZstdDictContentType.RAW_CONTENT);
        ZstdDecompressCtx context = new ZstdDecompressCtx()) {
      if (window.hasRemaining()) {
        context.loadDict(dictionary);
      }
      int count =
          context.decompressDirectByteBuffer(plain.clear(), 0, length, packed, 0, packed.limit());
      return plain.limit(count);
    } catch (ZstdException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Gives the memory back. */
  @Override
  public void close() {
    packedArena.close();
    arena.close();
  }
}

package io.fleetinstaller.io;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** How the bytes of a layer are packed; the only door to zstd and gzip. */
public enum Compression {
  NONE,
  GZIP,
  ZSTD;

  private static final int BUFFER = 1 << 17;

  /** 128 MiB: a frame that wants its reader to hold more is refused. */
  private static final int LARGEST_WINDOW_LOG = 27;

  private static final int ZSTD_LEVEL = 12;

  /** How hard zstd may work at most: beyond, its readers would need more memory. */
  public static final int HARDEST = 19;

  /** The plain bytes of these packed ones; closing it closes them. Reading it needs no trust. */
  public InputStream decode(InputStream packed) throws IOException {
    return switch (this) {
      case NONE -> packed;
      case GZIP -> new GZIPInputStream(packed, BUFFER);
      case ZSTD ->
          new ZstdInputStreamNoFinalizer(packed, RecyclingBufferPool.INSTANCE)
              .setLongMax(LARGEST_WINDOW_LOG);
    };
  }

  /** Packs what is written into this stream, always into the same bytes; closing it closes that. */
  public OutputStream encode(OutputStream packed) throws IOException {
    return switch (this) {
      case NONE -> packed;
      case GZIP -> new BestGzip(packed);
      case ZSTD ->
          new ZstdOutputStreamNoFinalizer(packed, RecyclingBufferPool.INSTANCE, ZSTD_LEVEL)
              .setChecksum(true);
    };
  }

  /**
   * One zstd frame with these bytes, which needs nothing before it; always the same bytes.
   *
   * @param level how hard zstd works, up to {@link #HARDEST}; less where these bytes {@link
   *     #hardlyShrinks}
   */
  public static byte[] frame(byte[] plain, int level) {
    return Zstd.compress(plain, hardlyShrinks(plain) ? Math.min(level, ZSTD_LEVEL) : level);
  }

  /** Whether these bytes are packed already, as those of archives and images are. */
  public static boolean hardlyShrinks(byte[] plain) {
    return Zstd.compress(plain, 1).length > plain.length * 9L / 10;
  }

  /** The JDK lets only a subclass choose how hard gzip works. */
  private static final class BestGzip extends GZIPOutputStream {
    BestGzip(OutputStream packed) throws IOException {
      super(packed, BUFFER);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }
}

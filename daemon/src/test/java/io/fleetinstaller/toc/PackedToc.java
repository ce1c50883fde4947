package io.fleetinstaller.toc;

import io.fleetinstaller.io.Compression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Tables as they lie in a layer, for the tests of other packages. */
public final class PackedToc {

  private PackedToc() {}

  public static byte[] of(Toc toc) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = Compression.ZSTD.encode(packed)) {
      out.write(TocText.bytes(toc));
    }
    return packed.toByteArray();
  }
}

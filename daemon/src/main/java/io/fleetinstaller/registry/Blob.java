package io.fleetinstaller.registry;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.toc.Toc;
import java.util.Optional;

/**
 * Some bytes that a manifest names.
 *
 * @param mediaType what they are
 * @param size in bytes
 * @param toc where in it its table of contents is, if it is a layer that has one
 */
public record Blob(String mediaType, Digest digest, long size, Optional<Toc.Location> toc) {

  /** One without a table of contents. */
  public Blob(String mediaType, Digest digest, long size) {
    this(mediaType, digest, size, Optional.empty());
  }

  /** The same with its table of contents. */
  public Blob with(Optional<Toc.Location> table) {
    return new Blob(mediaType, digest, size, table);
  }

  /** How a layer is packed. */
  public Compression compression() {
    if (mediaType.endsWith("zstd")) {
      return Compression.ZSTD;
    }
    return mediaType.endsWith("gzip") ? Compression.GZIP : Compression.NONE;
  }
}

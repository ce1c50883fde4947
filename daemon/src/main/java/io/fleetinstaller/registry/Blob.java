package io.fleetinstaller.registry;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.release.Digest;

/**
 * Some bytes that a manifest names.
 *
 * @param mediaType what they are
 * @param size in bytes
 */
public record Blob(String mediaType, Digest digest, long size) {

  /** How a layer is packed. */
  public Compression compression() {
    if (mediaType.endsWith("zstd")) {
      return Compression.ZSTD;
    }
    return mediaType.endsWith("gzip") ? Compression.GZIP : Compression.NONE;
  }
}

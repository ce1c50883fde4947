package io.fleetinstaller.registry;

import io.fleetinstaller.release.Digest;

/**
 * A delta whose manifest was checked. Its blobs are opened like layers.
 *
 * @param to manifest of the release that it leads to
 * @param table what is in it, as {@link io.fleetinstaller.registry.MediaTypes#DELTA_TABLE}
 * @param blocks the patches and the whole files
 */
public record Delta(Digest manifest, Digest to, Blob table, Blob blocks) {

  /** How many bytes have to be fetched for it. */
  public long size() {
    return table.size() + blocks.size();
  }
}

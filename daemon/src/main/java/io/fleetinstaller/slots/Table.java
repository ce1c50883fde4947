package io.fleetinstaller.slots;

import io.fleetinstaller.toc.Toc;

/**
 * A layer's table of contents.
 *
 * @param packed the bytes it was read from, which the slot keeps
 */
// An array on purpose: these bytes are stored as they are, never compared.
@SuppressWarnings("ArrayRecordComponent")
public record Table(Toc toc, byte[] packed) {

  /** About how many bytes it takes in memory. */
  public long weight() {
    return toc.weight() + packed.length;
  }
}

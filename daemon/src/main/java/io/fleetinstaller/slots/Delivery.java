package io.fleetinstaller.slots;

import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Release;
import java.util.List;

/**
 * A release that can be staged.
 *
 * @param descriptorBytes what the descriptor was read from
 * @param layers in the order in which they are unpacked
 */
// An array on purpose: these bytes are hashed and stored as they are, never compared.
@SuppressWarnings("ArrayRecordComponent")
public record Delivery(
    Release release, Descriptor descriptor, byte[] descriptorBytes, List<Layer> layers) {
  public Delivery {
    layers = List.copyOf(layers);
  }

  /** Whether what is in it is known of any of its layers beforehand. */
  boolean isListed() {
    return layers.stream().anyMatch(layer -> layer.table().isPresent());
  }

  /** Whether a table belongs to it, be it here or not. */
  boolean hasTable() {
    return isListed()
        || layers.stream()
            .anyMatch(layer -> layer instanceof Layer.Packed packed && packed.pinned().isPresent());
  }
}

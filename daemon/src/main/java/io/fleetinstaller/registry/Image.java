package io.fleetinstaller.registry;

import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Release;
import java.util.List;

/**
 * A release as its repository describes it for one platform, all of it checked but the layers.
 *
 * @param manifest the platform's own manifest; equals the release's digest where there is no index
 * @param descriptorBytes what the descriptor was read from, as pulled; for a package in Datadog's
 *     format the descriptor that stands for it
 * @param layers what to unpack, in order
 * @param notes what a person should know, e.g. layers that were passed over
 */
// An array on purpose: these bytes are hashed and stored as they are, never compared.
@SuppressWarnings("ArrayRecordComponent")
public record Image(
    Release release,
    Digest manifest,
    Descriptor descriptor,
    byte[] descriptorBytes,
    List<Blob> layers,
    List<String> notes) {
  public Image {
    layers = List.copyOf(layers);
    notes = List.copyOf(notes);
  }
}

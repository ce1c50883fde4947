package io.fleetinstaller.daemon;

import io.fleetinstaller.registry.Blob;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.slots.Delivery;
import io.fleetinstaller.slots.Layer;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.upgrade.Progress;
import io.fleetinstaller.upgrade.Upgrade;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Brings releases from a registry into slots. A release whose slot is whole needs no network. Used
 * by the owner thread.
 */
final class Staging {
  private final Supplier<Registry> registries;
  private final Slots slots;
  private final Platform platform = Platform.ofThisHost();
  private Optional<Image> resolved = Optional.empty();

  /**
   * @param registries the registry of the settings in use
   */
  Staging(Supplier<Registry> registries, Slots slots) {
    this.registries = registries;
    this.slots = slots;
  }

  /** What release this digest is. */
  Release look(PackageName name, Digest digest) throws Fault, InterruptedException {
    return registries.get().resolve(name, digest, platform).release();
  }

  /** Resolves the release and makes sure that there is room for it. */
  void fetch(Upgrade upgrade, Progress progress) throws Fault, InterruptedException {
    if (here(upgrade)) {
      return;
    }
    Image image = image(upgrade.to().orElseThrow());
    progress.note(image.notes());
    slots.checkSpace(delivery(image));
  }

  void unpack(Upgrade upgrade, Progress progress) throws Fault, InterruptedException {
    if (here(upgrade)) {
      return;
    }
    Image image = image(upgrade.to().orElseThrow());
    long total = image.layers().stream().mapToLong(Blob::size).sum();
    stage(image, done -> progress.at(done, total));
    forget(upgrade);
  }

  // Wrong bytes are known for such at the end of a layer. The registry then passes over whoever
  // sent them, so that another go at the same slot takes them from the next repository.
  private void stage(Image image, LongConsumer progress) throws Fault, InterruptedException {
    for (int left = registries.get().repositories(); ; left--) {
      try {
        slots.stage(delivery(image), progress);
        return;
      } catch (Fault.Refused refused) {
        if (left <= 1 || refused.reason().code() != ReasonCode.DIGEST_MISMATCH) {
          throw refused;
        }
      }
    }
  }

  private Delivery delivery(Image image) {
    Registry registry = registries.get();
    List<Layer> layers = image.layers().stream().map(blob -> layer(registry, image, blob)).toList();
    return new Delivery(image.release(), image.descriptor(), image.descriptorBytes(), layers);
  }

  private static Layer layer(Registry registry, Image image, Blob blob) {
    return new Layer.Packed(
        blob.size(), blob.compression(), () -> registry.open(image, blob, _ -> {}));
  }

  /** What was resolved is of no more use. */
  void forget(Upgrade upgrade) {
    resolved = resolved.filter(image -> !Optional.of(image.release()).equals(upgrade.to()));
  }

  /** Whether its slot is whole already. */
  boolean here(Upgrade upgrade) {
    Release release = upgrade.to().orElseThrow();
    return slots.whole(release.name(), release.digest()).isPresent();
  }

  private Image image(Release release) throws Fault, InterruptedException {
    Optional<Image> known = resolved.filter(image -> image.release().equals(release));
    Image image = known.isPresent() ? known.get() : registries.get().resolve(release, platform);
    resolved = Optional.of(image);
    return image;
  }
}

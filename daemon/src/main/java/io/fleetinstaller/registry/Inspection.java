package io.fleetinstaller.registry;

import io.fleetinstaller.http.Pace;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.toc.Toc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What a reference names, for people to look at: every platform of it, checked like one that is
 * pulled.
 *
 * @param top the digest to pin
 * @param sizes of the platforms' manifests, in bytes
 * @param tocs of the layers that have one, by the layer
 * @param deltas that lead to each platform's manifest, by it
 * @param trouble why some of them cannot be told
 */
public record Inspection(
    Reference reference,
    Digest top,
    List<Image> images,
    Map<Digest, Long> sizes,
    Map<Digest, Toc> tocs,
    Map<Digest, List<Leading>> deltas,
    List<String> trouble) {
  public Inspection {
    images = List.copyOf(images);
    sizes = Map.copyOf(sizes);
    tocs = Map.copyOf(tocs);
    deltas = Map.copyOf(deltas);
    trouble = List.copyOf(trouble);
  }

  /**
   * A delta.
   *
   * @param size bytes that a host fetches for it
   */
  public record Leading(DeltaRef ref, long size) {}

  /** Reads it; a bare manifest is taken to be for this platform unless its descriptor knows. */
  public static Inspection of(
      Reference reference, RegistrySettings settings, Time time, RandomGenerator chance)
      throws Fault, InterruptedException {
    try (Repositories repositories = new Repositories(settings, time, System.getenv())) {
      Repository repository = repositories.at(reference.address(), Traffic.UNNOTED);
      Pace pace = new Pace(settings.connections().patience(), time, chance);
      Reading reading = new Reading(reference.toString(), List.of(repository), pace);
      return of(reference, reading, top(reading, reference));
    }
  }

  private static Digest top(Reading reading, Reference reference)
      throws Fault, InterruptedException {
    return reference.name().startsWith("sha256:")
        ? Digest.parse(reference.name())
        : reading.named(reference.name());
  }

  private static Inspection of(Reference reference, Reading reading, Digest top)
      throws Fault, InterruptedException {
    List<Image> images = new ArrayList<>();
    Map<Digest, Long> sizes = new HashMap<>();
    byte[] bytes = reading.manifest(top);
    switch (TopDocument.read(reading.name(), bytes)) {
      case Manifest _ -> {
        images.add(reading.image(top, Platform.ofThisHost()));
        sizes.put(top, (long) bytes.length);
      }
      case Index index -> {
        for (Index.Entry entry : index.entries()) {
          if (entry.platform().isPresent()) {
            images.add(reading.image(top, entry.platform().get()));
            sizes.put(entry.blob().digest(), entry.blob().size());
          }
        }
      }
    }
    Map<Digest, Toc> tocs = new HashMap<>();
    for (Image image : images) {
      for (Blob layer : image.layers()) {
        reading.toc(image, layer).ifPresent(toc -> tocs.put(layer.digest(), toc));
      }
    }
    List<String> trouble = new ArrayList<>();
    Map<Digest, List<Leading>> deltas = new HashMap<>();
    for (Image image : images) {
      deltas.put(image.manifest(), leading(reading, image.manifest(), trouble));
    }
    return new Inspection(reference, top, images, sizes, tocs, deltas, trouble);
  }

  /** Nobody needs them: one that cannot be read is told, and nothing else is kept back. */
  private static List<Leading> leading(Reading reading, Digest manifest, List<String> trouble)
      throws InterruptedException {
    Deltas deltas = new Deltas(reading, Traffic.UNNOTED);
    List<Leading> leading = new ArrayList<>();
    try {
      for (DeltaRef ref : deltas.to(manifest)) {
        size(deltas, ref, manifest, trouble).ifPresent(size -> leading.add(new Leading(ref, size)));
      }
    } catch (Fault fault) {
      trouble.add(fault.reason().sentence());
    }
    return leading;
  }

  private static Optional<Long> size(
      Deltas deltas, DeltaRef ref, Digest manifest, List<String> trouble)
      throws InterruptedException {
    try {
      return Optional.of(deltas.open(ref, manifest).size());
    } catch (Fault fault) {
      trouble.add(fault.reason().sentence());
      return Optional.empty();
    }
  }
}

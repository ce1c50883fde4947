package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Pace;
import io.fleetinstaller.io.Faulted;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.toc.Toc;
import io.fleetinstaller.toc.TocFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * Reads the documents of one package, from the top document down to the descriptor, from whichever
 * of its repositories has them. Each is used only if its digest and size are right.
 *
 * @param name of what is read, for people
 */
record Reading(String name, List<Repository> repositories, Pace pace, Traffic traffic) {

  /** One that nobody is told of. */
  Reading(String name, List<Repository> repositories, Pace pace) {
    this(name, repositories, pace, Traffic.UNNOTED);
  }

  /** The image of this platform below a top document. */
  Image image(Digest top, Platform platform) throws Fault, InterruptedException {
    String source = "%s %s".formatted(name, top);
    return switch (TopDocument.read(source, manifest(top))) {
      case Manifest manifest -> image(top, top, manifest, platform);
      case Index index -> {
        Blob chosen = index.choose(source, platform);
        Digest digest = chosen.digest();
        yield image(top, digest, only(digest, sized(chosen, manifest(digest))), platform);
      }
    };
  }

  /** The verified bytes of an index or manifest. */
  byte[] manifest(Digest digest) throws Fault, InterruptedException {
    return turns("get manifest %s of %s".formatted(digest, name))
        .ask(repository -> {
          byte[] bytes = repository.manifest(digest.toString());
          Digest found = Digest.of(bytes);
          if (found.equals(digest)) {
            return bytes;
          }
          throw Failure.lasting(ReasonCode.DIGEST_MISMATCH, "what it sent has digest " + found);
        });
  }

  private Turns turns(String what) {
    return new Turns(what, repositories, pace, traffic);
  }

  /** The table of contents of a layer that has one. */
  Optional<Toc> toc(Image image, Blob layer) throws Fault, InterruptedException {
    if (layer.toc().isEmpty()) {
      return Optional.empty();
    }
    Toc.Location location = layer.toc().get();
    String source = "the table of contents of layer %s of %s".formatted(layer.digest(), name);
    Descriptor descriptor = image.descriptor();
    TocFormat.Bounds bounds =
        new TocFormat.Bounds(layer.size(), descriptor.unpackedSize(), descriptor.entries());
    TocFormat.check(source, location, bounds);
    Span span = new Span(location.offset(), location.offset() + location.packed());
    Turns turns = turns("get " + source);
    try (InputStream in = BlobStream.open(new Download(layer, span, turns, pace))) {
      return Optional.of(TocFormat.read(source, in.readAllBytes(), location, bounds));
    } catch (IOException e) {
      String why = "cannot get %s: %s".formatted(source, e.getMessage());
      throw Faulted.in(e).orElseGet(() -> new Fault.Transient(ReasonCode.TRANSFER_BROKEN, why));
    }
  }

  /** The digest of what a tag names now. */
  Digest named(String tag) throws Fault, InterruptedException {
    return turns("get manifest of " + name).ask(repository -> Digest.of(repository.manifest(tag)));
  }

  private Manifest only(Digest digest, byte[] bytes) throws Refused {
    String source = "%s %s".formatted(name, digest);
    return switch (TopDocument.read(source, bytes)) {
      case Manifest manifest -> manifest;
      case Index _ ->
          throw new Refused(
              ReasonCode.MALFORMED,
              "cannot use %s: it is an index inside an index".formatted(source));
    };
  }

  private byte[] sized(Blob blob, byte[] bytes) throws Refused {
    if (bytes.length != blob.size()) {
      throw new Refused(
          ReasonCode.SIZE_MISMATCH,
          "cannot use manifest %s of %s: it has %d bytes, its index says %d"
              .formatted(blob.digest(), name, bytes.length, blob.size()));
    }
    return bytes;
  }

  private Image image(Digest top, Digest digest, Manifest manifest, Platform platform)
      throws Fault, InterruptedException {
    String source = "%s %s".formatted(name, digest);
    if (DatadogFormat.matches(manifest)) {
      Descriptor descriptor = DatadogFormat.read(source, manifest, platform);
      List<Blob> layers = DatadogFormat.layers(manifest);
      List<String> notes =
          manifest.layers().stream()
              .filter(layer -> !layers.contains(layer))
              .map(layer -> "layer %s is passed over".formatted(layer.mediaType()))
              .toList();
      byte[] text = DescriptorText.bytes(descriptor);
      return new Image(release(descriptor, top), digest, descriptor, text, layers, notes);
    }
    byte[] bytes = config(source, manifest);
    Descriptor descriptor = DescriptorFormat.read(source + " descriptor", bytes);
    checkLayers(source, manifest);
    return new Image(
        release(descriptor, top), digest, descriptor, bytes, manifest.layers(), List.of());
  }

  private static Release release(Descriptor descriptor, Digest top) {
    return new Release(descriptor.name(), descriptor.version(), top);
  }

  private byte[] config(String source, Manifest manifest) throws Fault, InterruptedException {
    Blob config = manifest.config();
    if (!config.mediaType().equals(DescriptorFormat.MEDIA_TYPE)) {
      throw new Refused(
          ReasonCode.MALFORMED,
          "cannot use %s: it is not a package (its config is %s, not %s)"
              .formatted(source, config.mediaType(), DescriptorFormat.MEDIA_TYPE));
    }
    if (config.size() > DescriptorFormat.LARGEST) {
      throw new Refused(
          ReasonCode.TOO_LARGE,
          "cannot use %s: its descriptor has %d bytes, allowed are %d"
              .formatted(source, config.size(), DescriptorFormat.LARGEST));
    }
    return small(config);
  }

  private byte[] small(Blob blob) throws Fault, InterruptedException {
    return turns("get blob %s of %s".formatted(blob.digest(), name))
        .ask(repository -> {
          byte[] bytes = repository.document(blob);
          check(blob, bytes);
          return bytes;
        });
  }

  private static void check(Blob blob, byte[] bytes) throws Failure {
    if (bytes.length != blob.size()) {
      throw Failure.lasting(
          ReasonCode.SIZE_MISMATCH,
          "what it sent does not have the %d bytes of the blob".formatted(blob.size()));
    }
    Digest found = Digest.of(bytes);
    if (!found.equals(blob.digest())) {
      throw Failure.lasting(ReasonCode.DIGEST_MISMATCH, "what it sent has digest " + found);
    }
  }

  private static void checkLayers(String source, Manifest manifest) throws Refused {
    for (Blob layer : manifest.layers()) {
      if (!MediaTypes.isLayer(layer.mediaType())) {
        throw new Refused(
            ReasonCode.MALFORMED,
            "cannot use %s: its layer %s is neither tar nor tar with zstd or gzip"
                .formatted(source, layer.mediaType()));
      }
    }
  }
}

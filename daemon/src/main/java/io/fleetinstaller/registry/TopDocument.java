package io.fleetinstaller.registry;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.toc.Toc;
import java.util.Optional;

/** What a release's digest names: an index of platforms, or the manifest of one. */
sealed interface TopDocument permits Index, Manifest {

  /** Reads either, telling them apart by what they hold. */
  static TopDocument read(String source, byte[] bytes) throws Refused {
    Document document = open(source, bytes, Limits.MANIFEST);
    // A document that can be read as both means something else to every tool that reads it.
    if (document.has("manifests") && (document.has("layers") || document.has("config"))) {
      throw document.refuse("manifests", "it is an index and a manifest at once");
    }
    return document.has("manifests") ? Index.read(document) : Manifest.read(document);
  }

  static Document open(String source, byte[] bytes, int mostBytes) throws Refused {
    Document document = Document.json(source, bytes, mostBytes, ReasonCode.MALFORMED);
    if (document.number("schemaVersion", 1, 2) != 2) {
      throw document.refuse("schemaVersion", "only 2 is known here; push it with a newer tool");
    }
    return document;
  }

  /** Refuses a document that calls itself something that it is not. */
  static void expect(Document document, MediaTypes.Kind kind) throws Refused {
    String mediaType = document.optionalText("mediaType").orElse("");
    if (!mediaType.isEmpty() && MediaTypes.kind(mediaType) != kind) {
      throw document.refuse("mediaType", "%s does not fit what it holds".formatted(mediaType));
    }
  }

  static Blob blob(Document descriptor, long largest) throws Refused {
    long size = descriptor.number("size", 0, Long.MAX_VALUE);
    if (size > largest) {
      throw new Refused(
          ReasonCode.TOO_LARGE,
          descriptor
              .refuse("size", "it is over the %d bytes allowed".formatted(largest))
              .reason()
              .sentence());
    }
    return new Blob(descriptor.text("mediaType"), descriptor.value("digest", Digest::parse), size);
  }

  /** A layer, and where its table of contents is. */
  static Blob layer(Document descriptor) throws Refused {
    Blob blob = blob(descriptor, Limits.LAYER);
    if (blob.compression() != Compression.ZSTD) {
      return blob;
    }
    try {
      Optional<Toc.Location> toc = Toc.Location.of(descriptor.textMap("annotations"));
      return new Blob(blob.mediaType(), blob.digest(), blob.size(), toc);
    } catch (IllegalArgumentException e) {
      throw descriptor.refuse("annotations", String.valueOf(e.getMessage()));
    }
  }
}

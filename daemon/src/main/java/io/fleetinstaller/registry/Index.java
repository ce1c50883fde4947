package io.fleetinstaller.registry;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** An OCI image index or docker manifest list. */
record Index(List<Entry> entries, Map<String, String> annotations) implements TopDocument {

  /** One manifest of an index. */
  record Entry(Blob blob, Optional<Platform> platform, Map<String, String> annotations) {}

  static Index read(String source, byte[] bytes) throws Refused {
    return read(TopDocument.open(source, bytes, Limits.MANIFEST));
  }

  static Index read(Document document) throws Refused {
    TopDocument.expect(document, MediaTypes.Kind.INDEX);
    List<Document> manifests = document.objects("manifests");
    if (manifests.size() > Limits.PLATFORMS) {
      throw document.refuse(
          "manifests",
          "%d are more than the %d allowed".formatted(manifests.size(), Limits.PLATFORMS));
    }
    List<Entry> entries = new ArrayList<>();
    for (Document manifest : manifests) {
      entries.add(
          new Entry(
              TopDocument.blob(manifest, Limits.MANIFEST),
              platform(manifest),
              manifest.textMap("annotations")));
    }
    return new Index(entries, document.textMap("annotations"));
  }

  private static Optional<Platform> platform(Document manifest) throws Refused {
    Optional<Document> platform = manifest.optionalObject("platform");
    return platform.isEmpty()
        ? Optional.empty()
        : Optional.of(new Platform(platform.get().text("os"), platform.get().text("architecture")));
  }

  /** The manifest for this platform; the first one where an index names several. */
  Blob choose(String source, Platform wanted) throws Refused {
    return entries.stream()
        .filter(entry -> entry.platform().equals(Optional.of(wanted)))
        .findFirst()
        .map(Entry::blob)
        .orElseThrow(() -> new Refused(ReasonCode.PLATFORM_MISMATCH, nothingFor(source, wanted)));
  }

  private String nothingFor(String source, Platform wanted) {
    return "cannot use %s: it has nothing for %s, only for %s"
        .formatted(
            source,
            wanted,
            entries.stream()
                .flatMap(entry -> entry.platform().stream())
                .map(Platform::toString)
                .distinct()
                .collect(Collectors.joining(", ")));
  }
}

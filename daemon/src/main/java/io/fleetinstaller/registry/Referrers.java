package io.fleetinstaller.registry;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What refers to a manifest, as OCI distribution 1.1 lists it: an index, given by the referrers API
 * or, where there is none, under a tag that is made of the manifest's digest.
 */
final class Referrers {
  private Referrers() {}

  /** The tag that stands for the referrers API. */
  static String tag(Digest subject) {
    return subject.toString().replace(':', '-');
  }

  static boolean isTag(String tag) {
    return tag.matches("sha256-[0-9a-f]{64}");
  }

  /** The deltas among them; what else there is, or makes no sense, is other people's. */
  static List<DeltaRef> deltas(String source, byte[] index) throws Refused {
    List<DeltaRef> deltas = new ArrayList<>();
    Document document = Document.json(source, index, Limits.REFERRERS, ReasonCode.MALFORMED);
    for (Document entry : document.objects("manifests")) {
      if (entry.optionalText("artifactType").equals(Optional.of(MediaTypes.DELTA))) {
        Digest manifest = entry.value("digest", Digest::parse);
        deltas.add(DeltaRef.of(manifest, entry.textMap("annotations")));
      }
    }
    return deltas;
  }

  /** The index with one more entry, all that it has kept as it is; empty if it is there already. */
  static Optional<byte[]> with(String source, Optional<byte[]> index, Map<String, Object> entry)
      throws Refused {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("schemaVersion", 2);
    tree.put("mediaType", MediaTypes.INDEX);
    List<Object> entries = new ArrayList<>();
    if (index.isPresent()) {
      Document known = Document.json(source, index.get(), Limits.REFERRERS, ReasonCode.MALFORMED);
      tree.putAll(known.tree());
      for (Document each : known.objects("manifests")) {
        if (each.text("digest").equals(String.valueOf(entry.get("digest")))) {
          return Optional.empty();
        }
        entries.add(each.tree());
      }
    }
    entries.add(entry);
    tree.put("manifests", entries);
    byte[] bytes = Json.bytes(tree);
    if (bytes.length > Limits.REFERRERS) {
      throw new Refused(
          ReasonCode.TOO_LARGE,
          "cannot add to %s: it would have %d bytes, and hosts read %d; delete old deltas first"
              .formatted(source, bytes.length, Limits.REFERRERS));
    }
    return Optional.of(bytes);
  }

  /** A delta as such an index names it. */
  static Map<String, Object> entry(Blob manifest, Map<String, String> annotations) {
    Map<String, Object> entry = LayoutWriter.tree(manifest);
    entry.put("artifactType", MediaTypes.DELTA);
    entry.put("annotations", annotations);
    return entry;
  }
}

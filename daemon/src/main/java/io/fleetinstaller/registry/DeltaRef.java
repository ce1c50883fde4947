package io.fleetinstaller.registry;

import io.fleetinstaller.release.Digest;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A delta that a repository has for a release, as the repository says; nothing of it is proven.
 *
 * @param from what it leads from: the old release's manifest, and the release by which hosts know
 *     it
 */
public record DeltaRef(Digest manifest, List<Digest> from) {
  private static final String FROM = "io.fleetinstaller.delta.from";
  private static final String RELEASE = "io.fleetinstaller.delta.release";

  public DeltaRef {
    from = List.copyOf(from);
  }

  /** Reads what {@link #annotations} gives; one that cannot be understood leads from nowhere. */
  static DeltaRef of(Digest manifest, Map<String, String> annotations) {
    return new DeltaRef(
        manifest,
        Stream.of(FROM, RELEASE)
            .map(key -> annotations.getOrDefault(key, ""))
            .filter(text -> text.matches("sha256:[0-9a-f]{64}"))
            .map(Digest::parse)
            .toList());
  }

  /** The annotations that {@link #of} reads. */
  public static Map<String, String> annotations(List<Digest> from) {
    Map<String, String> annotations = new TreeMap<>();
    Iterator<String> keys = List.of(FROM, RELEASE).iterator();
    from.stream().limit(2).forEach(digest -> annotations.put(keys.next(), digest.toString()));
    return annotations;
  }
}

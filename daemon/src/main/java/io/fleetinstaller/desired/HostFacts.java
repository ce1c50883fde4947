package io.fleetinstaller.desired;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Version;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What deployments may ask about this host.
 *
 * @param id what tells it from all others, and puts it into a wave
 * @param name its host name
 * @param tags each with one or more values, e.g. env: prod
 * @param installer the version of this program
 */
public record HostFacts(
    String id,
    String name,
    Platform platform,
    SortedMap<String, Set<String>> tags,
    Version installer) {

  public HostFacts {
    Wording.id(id);
    SortedMap<String, Set<String>> copy = new TreeMap<>();
    tags.forEach((key, values) -> copy.put(key, Set.copyOf(values)));
    tags = java.util.Collections.unmodifiableSortedMap(copy);
  }

  /**
   * The id of a host that was given none: SHA-256, in hex, of its machine-id, a newline and its
   * product UUID, both trimmed and in lower case, empty where there is none. Empty without either.
   */
  public static Optional<String> id(Optional<String> machineId, Optional<String> productUuid) {
    String machine = machineId.map(HostFacts::plain).orElse("");
    String product = productUuid.map(HostFacts::plain).orElse("");
    return machine.isEmpty() && product.isEmpty()
        ? Optional.empty()
        : Optional.of(Digest.of((machine + "\n" + product).getBytes(StandardCharsets.UTF_8)).hex());
  }

  private static String plain(String text) {
    return text.strip().toLowerCase(Locale.ROOT);
  }

  /** The tags of a settings section, whose values are each a text or a list of texts. */
  public static SortedMap<String, Set<String>> tags(Document section) throws Refused {
    SortedMap<String, Set<String>> tags = new TreeMap<>();
    for (String key : section.keys()) {
      boolean one = !(section.tree().get(key) instanceof List<?>);
      List<String> values = one ? List.of(section.text(key)) : section.texts(key);
      tags.put(key, new TreeSet<>(values));
    }
    return tags;
  }
}

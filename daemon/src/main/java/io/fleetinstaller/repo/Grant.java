package io.fleetinstaller.repo;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who may sign for a role: so many of these keys.
 *
 * @param keys by their ids
 */
record Grant(SortedMap<String, PublicPart> keys, int threshold) {
  Grant {
    keys = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(keys));
    if (threshold < 1 || threshold > keys.size()) {
      throw new IllegalArgumentException(
          "%d of %d keys cannot be asked to sign".formatted(threshold, keys.size()));
    }
  }

  static Grant of(Collection<PublicPart> parts, int threshold) {
    SortedMap<String, PublicPart> keys = new TreeMap<>();
    parts.forEach(part -> keys.put(part.id(), part));
    return new Grant(keys, threshold);
  }

  static Grant read(Document document, Map<String, PublicPart> keys) throws Refused {
    SortedMap<String, PublicPart> found = new TreeMap<>();
    for (String id : new TreeSet<>(document.texts("keyids"))) {
      PublicPart key = keys.get(id);
      if (key == null) {
        throw document.refuse("keyids", "there is no key " + id);
      }
      found.put(id, key);
    }
    int threshold = (int) document.number("threshold", 1, Math.max(1, found.size()));
    return new Grant(found, threshold);
  }

  /** The members that metadata give to a role. */
  Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("keyids", keys.keySet());
    tree.put("threshold", threshold);
    return tree;
  }

  /** The same without this key; empty if nobody would be left. */
  java.util.Optional<Grant> without(String id) {
    SortedMap<String, PublicPart> left = new TreeMap<>(keys);
    left.remove(id);
    return left.isEmpty()
        ? java.util.Optional.empty()
        : java.util.Optional.of(new Grant(left, Math.min(threshold, left.size())));
  }
}

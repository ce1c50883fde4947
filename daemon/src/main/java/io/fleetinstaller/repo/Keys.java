package io.fleetinstaller.repo;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** The table of keys in metadata. */
final class Keys {
  private Keys() {}

  static Map<String, PublicPart> read(Document document) throws Refused {
    Map<String, PublicPart> keys = new TreeMap<>();
    for (String id : document.keys()) {
      PublicPart key = PublicPart.published(document.object(id));
      if (!key.id().equals(id)) {
        throw document.refuse(id, "its id is " + key.id());
      }
      keys.put(id, key);
    }
    return keys;
  }

  static Map<String, Object> tree(Collection<Grant> grants) {
    Map<String, Object> tree = new TreeMap<>();
    grants.forEach(grant -> grant.keys().forEach((id, key) -> tree.put(id, key.tree())));
    return tree;
  }
}

package io.fleetinstaller.repo;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Which version of each targets role belongs together. A role once listed stays listed. */
record SnapshotStatement(Edition edition, SortedMap<RoleName, MetaFile> roles)
    implements Statement {
  private static final String TYPE = "snapshot";

  SnapshotStatement {
    roles = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(roles));
  }

  static SnapshotStatement read(Document document) throws Refused {
    Edition edition = Edition.read(document, TYPE);
    Document meta = document.object("meta");
    SortedMap<RoleName, MetaFile> roles = new TreeMap<>();
    for (String file : meta.keys()) {
      roles.put(MetaFile.role(meta, file), MetaFile.read(meta.object(file)));
    }
    return new SnapshotStatement(edition, roles);
  }

  Optional<MetaFile> role(RoleName role) {
    return Optional.ofNullable(roles.get(role));
  }

  @Override
  public SnapshotStatement as(Edition other) {
    return new SnapshotStatement(other, roles);
  }

  @Override
  public Map<String, Object> tree() {
    Map<String, Object> meta = new TreeMap<>();
    roles.forEach((role, file) -> meta.put(role.file(), file.tree()));
    Map<String, Object> tree = edition.tree(TYPE);
    tree.put("meta", meta);
    return tree;
  }
}

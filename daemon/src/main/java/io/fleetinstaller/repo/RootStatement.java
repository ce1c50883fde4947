package io.fleetinstaller.repo;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Who may sign for the four top roles. */
record RootStatement(Edition edition, SortedMap<RoleName, Grant> grants) implements Statement {
  private static final String TYPE = "root";

  RootStatement {
    grants = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(grants));
  }

  static RootStatement read(Document document) throws Refused {
    Edition edition = Edition.read(document, TYPE);
    if (!document.flag("consistent_snapshot", false)) {
      throw document.refuse("consistent_snapshot", "it must be true");
    }
    Map<String, PublicPart> keys = Keys.read(document.object("keys"));
    Document roles = document.object("roles");
    SortedMap<RoleName, Grant> grants = new TreeMap<>();
    for (RoleName role : RoleName.TOP) {
      Document grant = roles.object(role.value());
      grants.put(role, Grant.read(grant, keys));
      grant.done();
    }
    roles.done();
    return new RootStatement(edition, grants);
  }

  Grant grant(RoleName role) {
    return java.util.Objects.requireNonNull(grants.get(role), role.value());
  }

  RootStatement with(RoleName role, Grant grant) {
    SortedMap<RoleName, Grant> changed = new TreeMap<>(grants);
    changed.put(role, grant);
    return new RootStatement(edition, changed);
  }

  @Override
  public RootStatement as(Edition other) {
    return new RootStatement(other, grants);
  }

  @Override
  public Map<String, Object> tree() {
    Map<String, Object> roles = new TreeMap<>();
    grants.forEach((role, grant) -> roles.put(role.value(), grant.tree()));
    Map<String, Object> tree = edition.tree(TYPE);
    tree.put("consistent_snapshot", true);
    tree.put("keys", Keys.tree(grants.values()));
    tree.put("roles", roles);
    return tree;
  }
}

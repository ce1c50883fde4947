package io.fleetinstaller.repo;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A role that others sign for, and the documents that it is trusted with. Always terminating: what
 * such a role does not list under its paths, nobody after it may.
 */
record Delegation(RoleName role, Grant grant, List<String> paths) {
  Delegation {
    paths = List.copyOf(new TreeSet<>(paths));
  }

  static Delegation read(Document document, Map<String, PublicPart> keys) throws Refused {
    RoleName role = document.value("name", RoleName::new);
    Grant grant = Grant.read(document, keys);
    if (!document.flag("terminating", false)) {
      throw document.refuse("terminating", "it must be true");
    }
    Delegation delegation = new Delegation(role, grant, document.texts("paths"));
    document.done();
    return delegation;
  }

  /** True if it is trusted with this document; a star stands for one whole name. */
  boolean covers(String path) {
    return paths.stream().anyMatch(pattern -> covers(pattern, path));
  }

  private static boolean covers(String pattern, String path) {
    return pattern.endsWith("/*")
        ? path.startsWith(pattern.substring(0, pattern.length() - 1))
            && path.indexOf('/', pattern.length() - 1) < 0
        : path.equals(pattern);
  }

  Delegation with(Grant other) {
    return new Delegation(role, other, paths);
  }

  Map<String, Object> tree() {
    Map<String, Object> tree = grant.tree();
    tree.put("name", role.value());
    tree.put("paths", paths);
    tree.put("terminating", true);
    return tree;
  }
}

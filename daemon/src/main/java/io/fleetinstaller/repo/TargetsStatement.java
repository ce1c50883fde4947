package io.fleetinstaller.repo;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Which documents a role vouches for, and whom it trusts with others. */
record TargetsStatement(
    Edition edition, SortedMap<String, FileFacts> targets, List<Delegation> delegations)
    implements Statement {
  private static final String TYPE = "targets";

  TargetsStatement {
    targets = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(targets));
    delegations = List.copyOf(delegations);
  }

  static TargetsStatement empty(Edition edition) {
    return new TargetsStatement(edition, new TreeMap<>(), List.of());
  }

  static TargetsStatement read(Document document) throws Refused {
    Edition edition = Edition.read(document, TYPE);
    Document files = document.object("targets");
    SortedMap<String, FileFacts> targets = new TreeMap<>();
    for (String path : files.keys()) {
      targets.put(path, FileFacts.target(files.object(path)));
    }
    Optional<Document> delegations = document.optionalObject("delegations");
    return new TargetsStatement(
        edition, targets, delegations.isEmpty() ? List.of() : delegations(delegations.get()));
  }

  private static List<Delegation> delegations(Document document) throws Refused {
    Map<String, PublicPart> keys = Keys.read(document.object("keys"));
    List<Delegation> delegations = new ArrayList<>();
    for (Document role : document.objects("roles")) {
      delegations.add(Delegation.read(role, keys));
    }
    document.done();
    return delegations;
  }

  Optional<Delegation> delegation(RoleName role) {
    return delegations.stream().filter(each -> each.role().equals(role)).findFirst();
  }

  TargetsStatement with(String path, FileFacts file) {
    SortedMap<String, FileFacts> changed = new TreeMap<>(targets);
    changed.put(path, file);
    return new TargetsStatement(edition, changed, delegations);
  }

  TargetsStatement without(String path) {
    SortedMap<String, FileFacts> changed = new TreeMap<>(targets);
    changed.remove(path);
    return new TargetsStatement(edition, changed, delegations);
  }

  /** With this delegation instead of the one of the same role, else behind all others. */
  TargetsStatement with(Delegation delegation) {
    List<Delegation> changed =
        delegation(delegation.role()).isEmpty()
            ? Stream.concat(delegations.stream(), Stream.of(delegation)).toList()
            : delegations.stream()
                .map(each -> each.role().equals(delegation.role()) ? delegation : each)
                .toList();
    return new TargetsStatement(edition, targets, changed);
  }

  TargetsStatement without(RoleName role) {
    return new TargetsStatement(
        edition, targets, delegations.stream().filter(each -> !each.role().equals(role)).toList());
  }

  @Override
  public TargetsStatement as(Edition other) {
    return new TargetsStatement(other, targets, delegations);
  }

  @Override
  public Map<String, Object> tree() {
    Map<String, Object> files = new TreeMap<>();
    targets.forEach((path, file) -> files.put(path, file.tree()));
    Map<String, Object> tree = edition.tree(TYPE);
    tree.put("targets", files);
    if (!delegations.isEmpty()) {
      tree.put(
          "delegations",
          new TreeMap<>(
              Map.of(
                  "keys", Keys.tree(delegations.stream().map(Delegation::grant).toList()),
                  "roles", delegations.stream().map(Delegation::tree).toList())));
    }
    return tree;
  }
}

package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a draft would change of what is public: whoever signs should see what for, since drafts come
 * from others too.
 */
record Changes(Keyring keyring) {
  /** What a digest begins with; which one it is tells people nothing. */
  private static final String HASH = "sha256:";

  /** A line for each; none if it says the same for longer. */
  List<String> between(Optional<Sheet> before, Sheet draft) throws Fault {
    Map<String, String> then =
        before.isPresent() ? said(before.get().statement()) : new TreeMap<>();
    Map<String, String> now = said(draft.statement());
    Set<String> all = new LinkedHashSet<>(now.keySet());
    all.addAll(then.keySet());
    List<String> lines = new ArrayList<>();
    for (String what : all) {
      String is = now.get(what);
      String was = then.get(what);
      if (is == null) {
        lines.add("gone: %s".formatted(what));
      } else if (was == null) {
        lines.add("new: %s%s".formatted(what, is.startsWith(HASH) ? "" : ": " + is));
      } else if (!is.equals(was)) {
        lines.add(
            "changed: %s%s"
                .formatted(what, is.startsWith(HASH) ? "" : ": %s; it was %s".formatted(is, was)));
      }
    }
    return lines;
  }

  /** What a statement says, by what it says it about. */
  private SortedMap<String, String> said(Statement statement) throws Fault {
    SortedMap<String, String> said = new TreeMap<>();
    if (statement instanceof RootStatement root) {
      for (Map.Entry<RoleName, Grant> each : root.grants().entrySet()) {
        said.put("who signs " + each.getKey(), words(each.getValue()));
      }
    } else if (statement instanceof TargetsStatement targets) {
      targets.targets().forEach((path, file) -> said.put(path, file.sha256().toString()));
      List<String> order = new ArrayList<>();
      for (Delegation each : targets.delegations()) {
        order.add(each.role().value());
        said.put(
            "role " + each.role(),
            "%s for %s".formatted(words(each.grant()), String.join(", ", each.paths())));
      }
      if (order.size() > 1) {
        said.put("who is asked first", String.join(", ", order));
      }
    }
    return said;
  }

  private String words(Grant grant) throws Fault {
    List<String> names = new ArrayList<>();
    for (PublicPart key : grant.keys().values()) {
      names.add(keyring.name(key));
    }
    return "%d of %s".formatted(grant.threshold(), String.join(", ", names));
  }
}

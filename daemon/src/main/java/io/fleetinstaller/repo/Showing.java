package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What there is: each role with its keys, what is published and what is drafted. */
public record Showing(Workplace place) {

  /**
   * One role.
   *
   * @param published version and expiry, in words; empty if never
   * @param draft the same of its draft
   * @param missing how many signatures the draft lacks
   */
  public record Row(
      String role,
      String published,
      String draft,
      int missing,
      int threshold,
      List<String> keys,
      List<String> paths) {

    Map<String, Object> tree() {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("role", role);
      tree.put("published", published);
      tree.put("draft", draft);
      tree.put("missing", missing);
      tree.put("threshold", threshold);
      tree.put("keys", keys);
      tree.put("paths", paths);
      return tree;
    }
  }

  public List<Row> rows() throws Fault {
    place.lifetimes();
    Current current = place.current();
    List<Row> rows = new ArrayList<>();
    for (RoleName role : current.roles()) {
      rows.add(row(current, role));
    }
    return rows;
  }

  private Row row(Current current, RoleName role) throws Fault {
    Grant grant = current.grant(role);
    List<String> keys = new ArrayList<>();
    for (PublicPart key : grant.keys().values()) {
      keys.add(place.keyring().name(key) + (place.keyring().holds(key) ? " (here)" : ""));
    }
    Optional<Sheet> draft = Optional.ofNullable(current.drafts().get(role));
    int missing = 0;
    if (draft.isPresent()) {
      for (Duty duty : current.outstanding(role)) {
        missing = Math.max(missing, duty.outstanding(draft.get()));
      }
    }
    return new Row(
        role.value(),
        words(place.published().sheet(role)),
        words(draft),
        missing,
        grant.threshold(),
        keys,
        role.delegated() ? current.delegation(role).paths() : List.of());
  }

  private static String words(Optional<Sheet> sheet) {
    return sheet
        .map(found -> found.statement().edition())
        .map(edition -> "%d until %s".formatted(edition.version(), edition.expires()))
        .orElse("");
  }

  /** The same for scripts. */
  public Map<String, Object> tree() throws Fault {
    return Map.of("roles", rows().stream().map(Row::tree).toList());
  }
}

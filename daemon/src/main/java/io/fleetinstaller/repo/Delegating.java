package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Trusts others with documents: publishers with channels, operators with groups. */
public record Delegating(Workplace place) {
  private static final Pattern FOLDER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  /** The pattern of the documents of a channel. */
  public static String channel(String name) throws Refused {
    return "catalog/" + folder(name) + "/*";
  }

  /** The pattern of the documents of a group. */
  public static String group(String name) throws Refused {
    return "deployments/" + folder(name) + "/*";
  }

  private static String folder(String name) throws Refused {
    if (!FOLDER.matcher(name).matches()) {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot delegate '%s': a channel or group has 1 to 63 of A-Z a-z 0-9 . _ -"
              .formatted(name));
    }
    return name;
  }

  /**
   * Drafts a delegation, new or instead of the role's old one, and the first sheet of a new role.
   * Documents of these paths that targets itself listed go over to the role.
   */
  public Outcome delegate(RoleName role, List<PublicPart> keys, int threshold, List<String> paths)
      throws Fault {
    Delegation delegation = delegation(role, keys, threshold, paths);
    Current current = place.current();
    SortedMap<String, FileFacts> moved = new TreeMap<>();
    current
        .targets(RoleName.TARGETS)
        .targets()
        .forEach((path, file) -> {
          if (delegation.covers(path)) {
            moved.put(path, file);
          }
        });
    // What a role listed that is trusted no longer does not come back with its name.
    boolean trusted = current.targets(RoleName.TARGETS).delegation(role).isPresent();
    Optional<Sheet> before = trusted ? current.sheet(role) : Optional.empty();
    // The role's own sheet first: with the delegation it would be missing.
    if (before.isEmpty() || !moved.isEmpty()) {
      SortedMap<String, FileFacts> all = new TreeMap<>(moved);
      if (before.isPresent()) {
        all.putAll(current.targets(role).targets());
      }
      place.draft(role, new TargetsStatement(place.next(role), all, List.of()));
    }
    place.changeTargets(
        RoleName.TARGETS,
        statement -> {
          TargetsStatement less = statement;
          for (String path : moved.keySet()) {
            less = less.without(path);
          }
          return less.with(delegation);
        });
    return outcome(delegation, List.copyOf(moved.keySet())).then(new Renewal(place).resign(role));
  }

  private static Delegation delegation(
      RoleName role, List<PublicPart> keys, int threshold, List<String> paths) throws Refused {
    if (!role.delegated()) {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot delegate to %s: it is one of the roles that every repository has"
              .formatted(role));
    }
    if (paths.isEmpty() || keys.isEmpty()) {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot delegate to %s: name its keys, and its channels or groups".formatted(role));
    }
    try {
      return new Delegation(role, Grant.of(keys, threshold), paths);
    } catch (IllegalArgumentException e) {
      throw new Refused(
          ReasonCode.BAD_REQUEST, "cannot delegate to %s: %s".formatted(role, e.getMessage()));
    }
  }

  private static Outcome outcome(Delegation delegation, List<String> moved) {
    return Outcome.said(
            "%s may sign %s with %d of %d keys"
                .formatted(
                    delegation.role(),
                    String.join(", ", delegation.paths()),
                    delegation.grant().threshold(),
                    delegation.grant().keys().size()))
        .line("drafted targets and %s; next: repo sign, by both".formatted(delegation.role()))
        .with("role", delegation.role())
        .with("paths", delegation.paths())
        .with("moved", moved);
  }
}

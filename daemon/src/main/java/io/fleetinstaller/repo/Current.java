package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The repository as it will be: some drafts, and what is published where there is no draft.
 *
 * @param drafts those that count
 */
record Current(Published published, Map<RoleName, Sheet> drafts) {
  Current {
    drafts = Map.copyOf(drafts);
  }

  /** With all drafts. */
  static Current of(Published published, Drafts drafts) throws Fault {
    Map<RoleName, Sheet> all = new HashMap<>();
    for (RoleName role : drafts.roles()) {
      drafts.sheet(role).ifPresent(sheet -> all.put(role, sheet));
    }
    return new Current(published, all).withoutStrays();
  }

  // A role that is no longer delegated, or whose delegation was about to be drafted in a crash.
  private Current withoutStrays() throws Fault {
    Map<RoleName, Sheet> some = new HashMap<>(drafts);
    if (sheet(RoleName.TARGETS).isEmpty()) {
      some.keySet().removeIf(RoleName::delegated);
    } else {
      TargetsStatement targets = targets(RoleName.TARGETS);
      some.keySet().removeIf(role -> role.delegated() && targets.delegation(role).isEmpty());
    }
    return new Current(published, some);
  }

  /** With these drafts only. */
  Current only(Collection<RoleName> roles) {
    Map<RoleName, Sheet> some = new HashMap<>(drafts);
    some.keySet().retainAll(roles);
    return new Current(published, some);
  }

  /** The roles that have a draft, the top ones first. */
  List<RoleName> drafted() {
    return java.util.stream.Stream.concat(
            RoleName.TOP.stream(), drafts.keySet().stream().filter(RoleName::delegated).sorted())
        .filter(drafts::containsKey)
        .toList();
  }

  /** The draft of one of {@link #drafted}. */
  Sheet draft(RoleName role) {
    return Objects.requireNonNull(drafts.get(role), role.value());
  }

  Optional<Sheet> sheet(RoleName role) throws Fault {
    Sheet draft = drafts.get(role);
    return draft != null ? Optional.of(draft) : published.sheet(role);
  }

  RootStatement root() throws Fault {
    return (RootStatement) needed(RoleName.ROOT).statement();
  }

  TargetsStatement targets(RoleName role) throws Fault {
    if (needed(role).statement() instanceof TargetsStatement targets) {
      return targets;
    }
    throw new Refused(
        ReasonCode.BAD_REQUEST, "cannot use role %s: it vouches for no documents".formatted(role));
  }

  private Sheet needed(RoleName role) throws Fault {
    return sheet(role).orElseThrow(() -> unknown(role));
  }

  private static Refused unknown(RoleName role) {
    return new Refused(
        ReasonCode.NOT_FOUND,
        "cannot find role %s: this repository has none of that name; 'repo show' lists them"
            .formatted(role));
  }

  /** Every role, the top ones first. */
  List<RoleName> roles() throws Fault {
    List<RoleName> roles = new ArrayList<>(RoleName.TOP);
    targets(RoleName.TARGETS).delegations().forEach(delegation -> roles.add(delegation.role()));
    return roles;
  }

  Delegation delegation(RoleName role) throws Fault {
    return targets(RoleName.TARGETS).delegation(role).orElseThrow(() -> unknown(role));
  }

  /** Who may sign for a role from now on. */
  Grant grant(RoleName role) throws Fault {
    return role.delegated() ? delegation(role).grant() : root().grant(role);
  }

  /** Everybody who must sign the next sheet of a role. */
  List<Duty> duties(RoleName role) throws Fault {
    List<Duty> duties = new ArrayList<>();
    Optional<Sheet> before = role.equals(RoleName.ROOT) ? published.sheet(role) : Optional.empty();
    if (before.isPresent() && before.get().statement() instanceof RootStatement root) {
      duties.add(new Duty(role, "the root in force", root.grant(role)));
    }
    Grant next = grant(role);
    if (duties.isEmpty() || !duties.getFirst().grant().equals(next)) {
      duties.add(new Duty(role, duties.isEmpty() ? "the role" : "the new root", next));
    }
    return duties;
  }

  /** The duties that a draft does not yet fulfil. */
  List<Duty> outstanding(RoleName role) throws Fault {
    Sheet sheet = needed(role);
    return duties(role).stream().filter(duty -> !duty.done(sheet)).toList();
  }

  /** The role that speaks for a path: the first one it is delegated to, else targets itself. */
  RoleName responsible(String path) throws Fault {
    return targets(RoleName.TARGETS).delegations().stream()
        .filter(delegation -> delegation.covers(path))
        .map(Delegation::role)
        .findFirst()
        .orElse(RoleName.TARGETS);
  }
}

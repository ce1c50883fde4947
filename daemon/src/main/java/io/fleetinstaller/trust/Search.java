package io.fleetinstaller.trust;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.trust.TrustedSet.Edge;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Looks for targets along the delegations, in the order of the specification's section 5.6.7. */
final class Search {
  private final Updater updater;

  Search(Updater updater) {
    this.updater = updater;
  }

  /** A role still to be asked; what it says is worth nothing after {@code until}. */
  private record Visit(Edge edge, int depth, Instant until) {}

  /** Pre-order and depth first: a role, then those that it trusts, then its siblings. */
  Optional<TargetFile> find(String path) throws Untrusted, Fault, InterruptedException {
    if (!Names.safe(path)) {
      throw new Untrusted(new Refusal.Malformed("target " + path, "its path is not safe"));
    }
    Set<String> visited = new HashSet<>();
    Deque<Visit> next = start();
    while (!next.isEmpty()) {
      Visit visit = next.pop();
      if (!visited.add(visit.edge().role())) {
        continue;
      }
      demand(visited.size(), visit);
      Targets role = updater.role(visit.edge());
      TargetFile file = role.targets().get(path);
      if (file != null) {
        return Optional.of(file.until(visit.until()));
      }
      List<Delegation> covering =
          role.delegations().stream().filter(each -> each.covers(path)).toList();
      descend(next, visit, role, covering);
    }
    return Optional.empty();
  }

  /** Asks every role that may have a say below the folder, then searches each path it heard of. */
  Listing below(String folder) throws Untrusted, Fault, InterruptedException {
    SortedMap<String, Refusal> refused = new TreeMap<>();
    SortedMap<String, TargetFile> targets = new TreeMap<>();
    for (String path : heardOf(folder, refused)) {
      try {
        find(path).ifPresent(file -> targets.put(path, file));
      } catch (Untrusted e) {
        refused.put(path, e.refusal());
      }
    }
    return new Listing(targets, refused);
  }

  private NavigableSet<String> heardOf(String folder, SortedMap<String, Refusal> refused)
      throws Untrusted, Fault, InterruptedException {
    NavigableSet<String> paths = new TreeSet<>();
    Set<Edge> visited = new HashSet<>();
    Deque<Visit> next = start();
    while (!next.isEmpty()) {
      Visit visit = next.pop();
      if (!visited.add(visit.edge())) {
        continue;
      }
      demand(visited.size(), visit);
      try {
        Targets role = updater.role(visit.edge());
        role.targets().keySet().stream()
            .filter(each -> each.startsWith(folder))
            .forEach(paths::add);
        role.delegations().stream()
            .filter(each -> each.reaches(folder))
            .forEach(each -> next.push(below(visit, role, each)));
      } catch (Untrusted e) {
        refused.put(visit.edge().role(), e.refusal());
      }
    }
    return paths;
  }

  private Deque<Visit> start() {
    Deque<Visit> next = new ArrayDeque<>();
    next.push(new Visit(Edge.TOP, 0, updater.verified().validUntil()));
    return next;
  }

  /** A terminating delegation is the last that is followed, here and above. */
  private static void descend(
      Deque<Visit> next, Visit from, Targets role, List<Delegation> covering) {
    int last = 0;
    while (last < covering.size() && !covering.get(last).terminating()) {
      last++;
    }
    if (last < covering.size()) {
      next.clear();
      last++;
    }
    for (Delegation each : covering.subList(0, last).reversed()) {
      next.push(below(from, role, each));
    }
  }

  private static Visit below(Visit from, Targets role, Delegation delegation) {
    Instant until = role.expires().isBefore(from.until()) ? role.expires() : from.until();
    return new Visit(new Edge(role.name(), delegation.name()), from.depth() + 1, until);
  }

  private static void demand(int visited, Visit visit) throws Untrusted {
    if (visited > Limits.ROLES) {
      throw new Untrusted(new Refusal.TooMuch("the delegated roles", visited, Limits.ROLES));
    }
    if (visit.depth() > Limits.DEPTH) {
      throw new Untrusted(
          new Refusal.TooMuch("the depth of delegations", visit.depth(), Limits.DEPTH));
    }
  }
}

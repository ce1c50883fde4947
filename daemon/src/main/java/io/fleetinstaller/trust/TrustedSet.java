package io.fleetinstaller.trust;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is trusted at one instant, and the only way to trust more: each step verifies bytes as the
 * specification's section 5 says, and answers a new set or refuses and leaves this one as it is.
 * Immutable.
 *
 * @param targets by who delegates to whom: one role may be trusted through several others
 */
record TrustedSet(
    Instant now,
    Root root,
    Floors floors,
    Optional<Timestamp> timestamp,
    Optional<Snapshot> snapshot,
    Map<Edge, Targets> targets) {

  record Edge(String delegator, String role) {
    static final Edge TOP = new Edge(Role.ROOT, Role.TARGETS);
  }

  static TrustedSet of(Root root, Floors floors, Instant now) {
    return new TrustedSet(
        now, root, floors.under(root), Optional.empty(), Optional.empty(), Map.of());
  }

  /** Takes the next root: signed by this one's keys and its own, and one version higher. */
  TrustedSet withRoot(byte[] bytes) throws Untrusted {
    Root next = Root.read(bytes);
    root.signers(Role.ROOT).demand(next.envelope());
    if (next.version() != root.version() + 1) {
      throw new Untrusted(
          new Refusal.VersionMismatch(Role.ROOT, root.version() + 1, next.version()));
    }
    return of(next, floors, now);
  }

  /** The roles whose files must go when this root follows that one. */
  Set<String> dropped(Root before) {
    Set<String> dropped = new HashSet<>();
    if (before.signers(Role.TIMESTAMP).revokedBy(root.signers(Role.TIMESTAMP))) {
      dropped.add(Role.TIMESTAMP);
    }
    if (before.signers(Role.SNAPSHOT).revokedBy(root.signers(Role.SNAPSHOT))) {
      dropped.addAll(Set.of(Role.TIMESTAMP, Role.SNAPSHOT));
    }
    if (before.signers(Role.TARGETS).revokedBy(root.signers(Role.TARGETS))) {
      dropped.addAll(Set.of(Role.SNAPSHOT, Role.TARGETS));
    }
    return dropped;
  }

  /** Refuses a root whose time is over, or one that is older than what was trusted before. */
  void demandFinalRoot() throws Untrusted {
    floors.demand(root);
    root.demandFresh(now);
  }

  /**
   * Takes a timestamp, expired or not: an expired one still says what was seen. One of the same
   * version as the trusted one changes nothing, whatever else it says.
   */
  TrustedSet withTimestamp(byte[] bytes) throws Untrusted {
    Timestamp next = Timestamp.read(bytes, root.signers(Role.TIMESTAMP));
    floors.demand(next);
    if (timestamp.isPresent() && timestamp.get().version() == next.version()) {
      return this;
    }
    return new TrustedSet(
        now, root, floors.saw(next, root), Optional.of(next), Optional.empty(), Map.of());
  }

  /** The trusted timestamp, unless its time is over. */
  Timestamp freshTimestamp() throws Untrusted {
    Timestamp found = timestamp.orElseThrow(() -> missing(Role.TIMESTAMP));
    found.demandFresh(now);
    return found;
  }

  /** Lets a stored snapshot, whatever its age, say what was seen, if nothing else does. */
  TrustedSet remembering(byte[] bytes) throws Untrusted {
    if (floors.marks().containsKey(Role.SNAPSHOT)) {
      return this;
    }
    Snapshot seen = Snapshot.read(bytes, root.signers(Role.SNAPSHOT));
    return new TrustedSet(now, root, floors.saw(seen, root), timestamp, snapshot, targets);
  }

  /** Takes the snapshot that the timestamp announces. */
  TrustedSet withSnapshot(byte[] bytes) throws Untrusted {
    MetaFile announced = freshTimestamp().snapshot();
    announced.demand(Role.SNAPSHOT, bytes);
    Snapshot next = Snapshot.read(bytes, root.signers(Role.SNAPSHOT));
    announced.demandVersion(next);
    floors.demand(next);
    next.demandFresh(now);
    return new TrustedSet(
        now, root, floors.saw(next, root), timestamp, Optional.of(next), Map.of());
  }

  /** Takes the file of a role that the snapshot lists, signed as its delegator demands. */
  TrustedSet withTargets(Edge edge, byte[] bytes) throws Untrusted {
    MetaFile listed = listed(edge.role());
    listed.demand(edge.role(), bytes);
    Targets next = Targets.read(edge.role(), bytes, signers(edge));
    listed.demandVersion(next);
    next.demandFresh(now);
    Map<Edge, Targets> more = new HashMap<>(targets);
    more.put(edge, next);
    return new TrustedSet(now, root, floors, timestamp, snapshot, Map.copyOf(more));
  }

  MetaFile listed(String role) throws Untrusted {
    return snapshot.orElseThrow(() -> missing(Role.SNAPSHOT)).of(role);
  }

  /** The verified file of a role, through whichever delegator. */
  Optional<Targets> role(String name) {
    return targets.values().stream().filter(each -> each.name().equals(name)).findFirst();
  }

  private Signers signers(Edge edge) throws Untrusted {
    if (edge.equals(Edge.TOP)) {
      return root.signers(Role.TARGETS);
    }
    return role(edge.delegator())
        .orElseThrow(() -> missing(edge.delegator()))
        .delegations()
        .stream()
        .filter(each -> each.name().equals(edge.role()))
        .findFirst()
        .orElseThrow(() -> new Untrusted(new Refusal.UnknownRole(edge.role(), edge.delegator())))
        .signers();
  }

  private static Untrusted missing(String role) {
    return new Untrusted(new Refusal.UnknownRole(role, "trusted set"));
  }
}

package io.fleetinstaller.trust;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.trust.TrustedSet.Edge;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One refresh of what this host trusts, at one instant, and what it then finds. Make a new one for
 * each poll. Not thread-safe.
 */
public final class Updater {
  /** A proven time is worth a write to the disk when it is so much later. */
  private static final Duration STEP = Duration.ofHours(1);

  private final Store store;
  private final Remote remote;
  private final Instant now;
  private final Map<Edge, Untrusted> refused = new HashMap<>();
  private TrustedSet set;
  private Optional<SortedMap<String, byte[]>> accepted = Optional.empty();

  /**
   * @param clock what the clock says; where the store has proven a later time, that counts
   */
  public Updater(Store store, Remote remote, Instant clock) {
    this.store = store;
    this.remote = remote;
    this.now = clock.isAfter(store.provenTime()) ? clock : store.provenTime();
    this.set = TrustedSet.of(store.root(), store.floors(), now);
  }

  /** Walks the roots, then fetches what is new of timestamp, snapshot and targets. */
  public Verified refresh() throws Untrusted, Fault, InterruptedException {
    walkRoots();
    recall();
    return advance(remote.fetch("metadata/timestamp.json", Limits.TIMESTAMP));
  }

  /** The same with a timestamp that was already fetched. */
  public Verified refreshWith(byte[] timestamp) throws Untrusted, Fault, InterruptedException {
    walkRoots();
    recall();
    return advance(timestamp);
  }

  /**
   * The set that was last {@link #accept accepted}, verified anew from the disk alone. That it has
   * expired is no refusal here, but said by {@link Verified#expired}; empty if none was accepted.
   */
  public Optional<Verified> stored() throws Untrusted, Fault, InterruptedException {
    accepted = store.accepted();
    if (accepted.isEmpty()) {
      return Optional.empty();
    }
    // Before all expiry, and above no floor: newer files may have been seen since it was accepted.
    set = TrustedSet.of(store.root(), Floors.none(), Instant.MIN);
    store.floors().demand(store.root());
    set = set.withTimestamp(known(Role.TIMESTAMP).orElseThrow(() -> lost(Role.TIMESTAMP)));
    takeSnapshot();
    role(Edge.TOP);
    return Optional.of(Verified.of(set, now));
  }

  /** What is known by now; after {@link #targets} also of the delegated roles. */
  public Verified verified() {
    return Verified.of(set, now);
  }

  /**
   * Every target below a folder that a reachable role vouches for, each as {@link #find} finds it.
   *
   * @param folder empty for all, or ending in a slash
   */
  public Listing targets(String folder) throws Untrusted, Fault, InterruptedException {
    return new Search(this).below(folder);
  }

  /** The first role in the specification's search order that lists this path. */
  public Optional<TargetFile> find(String path) throws Untrusted, Fault, InterruptedException {
    return new Search(this).find(path);
  }

  /** The bytes of a target that was found, length and hashes checked. */
  public byte[] download(TargetFile file) throws Untrusted, Fault, InterruptedException {
    if (file.length() > Limits.TARGET) {
      throw new Untrusted(
          new Refusal.TooMuch("target " + file.path(), file.length(), Limits.TARGET));
    }
    byte[] bytes = remote.fetch(Names.target(file, set.root().consistent()), file.length());
    file.demand(bytes);
    return bytes;
  }

  /**
   * Makes what was verified the set that {@link #stored} finds, in one durable step; to be called
   * when everything that is needed of it is on this host.
   */
  public void accept() throws Fault {
    SortedMap<String, byte[]> roles = new TreeMap<>();
    set.timestamp().ifPresent(each -> roles.put(each.name(), each.envelope().raw()));
    set.snapshot().ifPresent(each -> roles.put(each.name(), each.envelope().raw()));
    set.targets().values().forEach(each -> roles.put(each.name(), each.envelope().raw()));
    store.accept(roles);
  }

  /** The verified file of a role; what was refused once in this refresh is refused again. */
  Targets role(Edge edge) throws Untrusted, Fault, InterruptedException {
    Targets found = set.targets().get(edge);
    if (found != null) {
      return found;
    }
    Untrusted before = refused.get(edge);
    if (before != null) {
      throw before;
    }
    try {
      MetaFile listed = set.listed(edge.role());
      take(edge.role(), listed, Limits.TARGETS, bytes -> set.withTargets(edge, bytes));
    } catch (Untrusted e) {
      refused.put(edge, e);
      throw e;
    }
    return Objects.requireNonNull(set.targets().get(edge));
  }

  private void walkRoots() throws Untrusted, Fault, InterruptedException {
    for (int walked = 0; walked < Limits.ROOTS; walked++) {
      Optional<byte[]> next = nextRoot();
      if (next.isEmpty()) {
        break;
      }
      set = set.withRoot(next.get());
      store.trust(set);
    }
    set.demandFinalRoot();
  }

  // A bucket that may not be listed answers 403 where another answers 404.
  private Optional<byte[]> nextRoot() throws Fault, InterruptedException {
    String path = Names.metadata(Role.ROOT, set.root().version() + 1, true);
    try {
      return Optional.of(remote.fetch(path, Limits.ROOT));
    } catch (Fault e) {
      if (e.reason().code() == ReasonCode.NOT_FOUND
          || e.reason().code() == ReasonCode.AUTH_FAILED) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** What is stored says what was seen; it need be neither fresh nor still rightly signed. */
  private void recall() throws Fault {
    recall(Role.SNAPSHOT, bytes -> set.remembering(bytes));
    recall(Role.TIMESTAMP, bytes -> set.withTimestamp(bytes));
  }

  private void recall(String role, Step step) throws Fault {
    Optional<byte[]> bytes = store.read(role);
    if (bytes.isPresent()) {
      tryStored(role, bytes.get(), step);
    }
  }

  private Verified advance(byte[] timestamp) throws Untrusted, Fault, InterruptedException {
    TrustedSet next = set.withTimestamp(timestamp);
    next.freshTimestamp();
    if (!next.equals(set)) {
      store.keep(next, Role.TIMESTAMP, timestamp);
      set = next;
    }
    takeSnapshot();
    role(Edge.TOP);
    if (now.isAfter(store.provenTime().plus(STEP))) {
      store.prove(now);
    }
    return Verified.of(set, now);
  }

  private void takeSnapshot() throws Untrusted, Fault, InterruptedException {
    MetaFile announced = set.freshTimestamp().snapshot();
    take(Role.SNAPSHOT, announced, Limits.SNAPSHOT, bytes -> set.withSnapshot(bytes));
  }

  /** The copy on disk if it is the right one, else the repository's. */
  private void take(String role, MetaFile meta, int limit, Step step)
      throws Untrusted, Fault, InterruptedException {
    Optional<byte[]> known = known(role);
    if (known.isPresent() && tryStored(role, known.get(), step)) {
      return;
    }
    if (accepted.isPresent()) {
      throw lost(role);
    }
    String path = Names.metadata(role, meta.version(), set.root().consistent());
    byte[] fetched = remote.fetch(path, meta.most(role, limit));
    TrustedSet next = step.with(fetched);
    store.keep(next, role, fetched);
    set = next;
  }

  private Optional<byte[]> known(String role) throws Fault {
    return accepted.isPresent() ? Optional.ofNullable(accepted.get().get(role)) : store.read(role);
  }

  private boolean tryStored(String role, byte[] bytes, Step step) throws Fault {
    try {
      set = step.with(bytes);
      return true;
    } catch (Untrusted e) {
      putAsideIfDamaged(role, bytes);
      return false;
    }
  }

  /** What is stored may well be older than what is announced; what cannot be read is damaged. */
  private void putAsideIfDamaged(String role, byte[] bytes) throws Fault {
    try {
      Envelope.open(role, bytes, Limits.TARGETS);
    } catch (Untrusted e) {
      if (accepted.isEmpty()) {
        store.quarantine(role, e);
      }
    }
  }

  private static Untrusted lost(String role) {
    return new Untrusted(
        new Refusal.StoreCorrupt("accepted set", "its %s cannot be verified".formatted(role)));
  }

  @FunctionalInterface
  private interface Step {
    TrustedSet with(byte[] bytes) throws Untrusted;
  }
}

package io.fleetinstaller.trust;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this host trusts, on disk: each role's file byte for byte as it was served, and apart from
 * them, in {@code memory}, the floors below which nothing is believed again and the set that was
 * last accepted. Any file may be lost or damaged: what is still there protects, the rest is fetched
 * anew. One thread at a time.
 */
public final class Store {
  private static final Logger LOG = LoggerFactory.getLogger(Store.class);
  private static final String FLOORS = "floors.json";
  private static final String ACCEPTED = "accepted.json";
  private static final int MOST_MEMORY = 64 << 20;

  private final TrustFolder roles;
  private final TrustFolder memory;
  private Root root;
  private Floors floors;

  private Store(TrustFolder roles, TrustFolder memory, Root root, Floors floors) {
    this.roles = roles;
    this.memory = memory;
    this.root = root;
    this.floors = floors;
  }

  /**
   * Opens the folder, making it if needed, anchored in this root: a stored root counts only if it
   * was reached from this one, or is signed by its keys.
   *
   * @throws Fault if the folder belongs to somebody else, others may write to it, or it cannot be
   *     read
   * @throws Untrusted if the root itself is no root
   */
  public static Store open(Disk disk, Path folder, byte[] configured) throws Fault, Untrusted {
    Root anchor = Root.read(configured);
    TrustFolder roles = TrustFolder.own(disk, folder);
    TrustFolder memory = TrustFolder.own(disk, folder.resolve("memory"));
    Store store = new Store(roles, memory, anchor, Floors.none());
    store.load(anchor, Digest.of(configured).hex());
    return store;
  }

  /** The latest time that a verified refresh has proven; {@link Instant#EPOCH} before the first. */
  public Instant provenTime() {
    return floors.proven();
  }

  /** Forgets the proven time; for a person who knows that the clock was wrong. */
  public void forgetTime() throws Fault {
    prove(Instant.EPOCH);
  }

  Root root() {
    return root;
  }

  Floors floors() {
    return floors;
  }

  void prove(Instant now) throws Fault {
    remember(floors.proven(now));
  }

  Optional<byte[]> read(String role) throws Fault {
    return roles.read(file(role), Limits.TARGETS);
  }

  /**
   * Trusts the next root. What revoked keys signed goes first and the floors that they raised go
   * last, so that at no point in between an older file is believed.
   */
  void trust(TrustedSet next) throws Fault {
    LOG.info("trusting root {}", next.root().version());
    for (String role : next.dropped(root)) {
      roles.delete(file(role));
    }
    roles.write(file(Role.ROOT), raw(next.root()));
    root = next.root();
    remember(next.floors());
  }

  /** Keeps a file that was just verified; the floors first, so that they are never below it. */
  void keep(TrustedSet next, String role, byte[] bytes) throws Fault {
    remember(next.floors());
    roles.write(file(role), bytes);
  }

  void quarantine(String role, Untrusted why) throws Fault {
    roles.quarantine(file(role), why);
  }

  Optional<SortedMap<String, byte[]>> accepted() throws Fault {
    return stored(memory, ACCEPTED, AcceptedFormat::read);
  }

  void accept(SortedMap<String, byte[]> all) throws Fault {
    memory.write(ACCEPTED, AcceptedFormat.bytes(all));
  }

  private void load(Root anchor, String digest) throws Fault {
    Floors seen = stored(memory, FLOORS, FloorsFormat::read).orElse(floors);
    Optional<Root> stored = stored(roles, file(Role.ROOT), Root::read);
    boolean reached = seen.anchor().equals(digest);
    Root chosen =
        stored
            .filter(each -> each.version() >= anchor.version())
            .filter(each -> reached || signed(anchor, each))
            .orElse(anchor);
    TrustedSet now = TrustedSet.of(chosen, seen.anchored(digest), Instant.MIN);
    if (stored.filter(each -> Arrays.equals(raw(each), raw(chosen))).isEmpty()) {
      root = stored.orElse(chosen);
      trust(now);
    }
    root = chosen;
    floors = now.floors();
  }

  private static byte[] raw(Role role) {
    return role.envelope().raw();
  }

  private static boolean signed(Root by, Root root) {
    try {
      by.signers(Role.ROOT).demand(root.envelope());
      return true;
    } catch (Untrusted e) {
      return false;
    }
  }

  private void remember(Floors next) throws Fault {
    if (!next.equals(floors)) {
      memory.write(FLOORS, FloorsFormat.bytes(next));
      floors = next;
    }
  }

  private static String file(String role) {
    return Names.quoted(role) + ".json";
  }

  private static <T> Optional<T> stored(TrustFolder folder, String name, Format<T> format)
      throws Fault {
    Optional<byte[]> bytes = folder.read(name, MOST_MEMORY);
    try {
      return bytes.isPresent() ? Optional.of(format.read(bytes.get())) : Optional.empty();
    } catch (Untrusted e) {
      folder.quarantine(name, e);
      return Optional.empty();
    }
  }

  @FunctionalInterface
  private interface Format<T> {
    T read(byte[] bytes) throws Untrusted;
  }
}

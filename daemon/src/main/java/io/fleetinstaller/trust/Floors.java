package io.fleetinstaller.trust;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Below what nothing is believed again, kept apart from the metadata so that it outlives its loss.
 *
 * @param marks by role: the versions that its files have vouched for
 * @param proven the latest time at which a refresh succeeded
 * @param anchor the SHA-256 of the configured root that all of this was reached from
 * @param root the highest version of the root that was trusted
 */
record Floors(SortedMap<String, Mark> marks, Instant proven, String anchor, long root) {
  private static final String SNAPSHOT_FILE = "snapshot.json";
  private static final String TARGETS_FILE = "targets.json";

  /**
   * What one role has vouched for.
   *
   * @param versions by file name
   * @param keys the identities of the keys that the role had then
   * @param threshold how many of them it needed
   */
  record Mark(SortedMap<String, Long> versions, Set<String> keys, long threshold) {

    /** Whether so many of the keys are gone that they could have signed this mark alone. */
    boolean revokedBy(Signers next) {
      return Signers.revoked(keys, threshold, next);
    }

    private Mark without(String file) {
      SortedMap<String, Long> rest = new TreeMap<>(versions);
      rest.remove(file);
      return new Mark(rest, keys, threshold);
    }
  }

  static Floors none() {
    return new Floors(new TreeMap<>(), Instant.EPOCH, "", 0);
  }

  /**
   * Without what revoked keys may have driven too high: the only way back for whoever lost control
   * of them.
   */
  Floors under(Root next) {
    SortedMap<String, Mark> kept = new TreeMap<>(marks);
    marks.forEach((role, mark) -> {
      if (mark.revokedBy(next.signers(role))) {
        kept.remove(role);
        if (role.equals(Role.SNAPSHOT)) {
          kept.computeIfPresent(Role.TIMESTAMP, (_, other) -> other.without(SNAPSHOT_FILE));
        }
        if (role.equals(Role.TARGETS)) {
          kept.computeIfPresent(Role.SNAPSHOT, (_, other) -> other.without(TARGETS_FILE));
        }
      }
    });
    return new Floors(kept, proven, anchor, Math.max(root, next.version()));
  }

  Floors saw(Timestamp timestamp, Root root) {
    SortedMap<String, Long> versions = new TreeMap<>();
    versions.put("timestamp.json", timestamp.version());
    versions.put(SNAPSHOT_FILE, timestamp.snapshot().version());
    return marked(Role.TIMESTAMP, versions, root);
  }

  Floors saw(Snapshot snapshot, Root root) {
    SortedMap<String, Long> versions = new TreeMap<>();
    snapshot.meta().forEach((file, meta) -> versions.put(file, meta.version()));
    versions.put(SNAPSHOT_FILE, snapshot.version());
    return marked(Role.SNAPSHOT, versions, root).marked(Role.TARGETS, new TreeMap<>(), root);
  }

  Floors proven(Instant now) {
    return new Floors(marks, now, anchor, root);
  }

  Floors anchored(String digest) {
    return anchor.equals(digest) ? this : new Floors(marks, proven, digest, 0);
  }

  void demand(Timestamp next) throws Untrusted {
    demand("timestamp.json", next.version());
    demand(SNAPSHOT_FILE, next.snapshot().version());
  }

  /** Refuses a snapshot that has forgotten a file or knows an older version of one. */
  void demand(Snapshot next) throws Untrusted {
    Mark mark = marks.get(Role.SNAPSHOT);
    if (mark == null) {
      return;
    }
    for (Map.Entry<String, Long> each : mark.versions().entrySet()) {
      String file = each.getKey();
      MetaFile meta = next.meta().get(file);
      if (meta != null) {
        demand(file, meta.version());
      } else if (!file.equals(SNAPSHOT_FILE)) {
        throw new Untrusted(new Refusal.Vanished(file, each.getValue()));
      }
    }
  }

  void demand(Root found) throws Untrusted {
    if (found.version() < root) {
      throw new Untrusted(new Refusal.Rollback(Role.ROOT, found.version(), root));
    }
  }

  private void demand(String file, long version) throws Untrusted {
    for (Mark mark : marks.values()) {
      Long floor = mark.versions().get(file);
      if (floor != null && version < floor) {
        throw new Untrusted(
            new Refusal.Rollback(file.substring(0, file.lastIndexOf('.')), version, floor));
      }
    }
  }

  private Floors marked(String role, SortedMap<String, Long> versions, Root under) {
    SortedMap<String, Mark> more = new TreeMap<>(marks);
    Signers signers = under.signers(role);
    more.put(role, new Mark(versions, signers.identities(), signers.threshold()));
    return new Floors(more, proven, anchor, root);
  }
}

package io.fleetinstaller.trust;

import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which version of a role's file is announced, and what else is known of it.
 *
 * @param length in bytes
 * @param hashes empty if none were given
 */
record MetaFile(long version, OptionalLong length, SortedMap<String, String> hashes) {

  static MetaFile of(Fields meta) throws Untrusted {
    return new MetaFile(
        meta.whole("version", 1),
        meta.has("length") ? OptionalLong.of(meta.whole("length", 0)) : OptionalLong.empty(),
        meta.has("hashes") ? Hashes.of(meta.object("hashes")) : new TreeMap<>());
  }

  /** How many bytes may be asked for. */
  long most(String role, int limit) throws Untrusted {
    long most = length.orElse(limit);
    if (most > limit) {
      throw new Untrusted(new Refusal.TooMuch(role, most, limit));
    }
    return most;
  }

  /** Refuses bytes that are not those that were announced. */
  void demand(String role, byte[] bytes) throws Untrusted {
    if (length.isPresent()) {
      Hashes.demandLength(role, length.getAsLong(), bytes);
    }
    Hashes.demand(role, hashes, bytes);
  }

  void demandVersion(Role found) throws Untrusted {
    if (found.version() != version) {
      throw new Untrusted(new Refusal.VersionMismatch(found.name(), version, found.version()));
    }
  }
}

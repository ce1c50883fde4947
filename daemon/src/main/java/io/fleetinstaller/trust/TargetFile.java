package io.fleetinstaller.trust;

import io.fleetinstaller.io.Tree;
import java.time.Instant;
import java.util.SortedMap;

/**
 * What a role vouches for: these many bytes with these hashes.
 *
 * @param role the role that vouches for it
 * @param validUntil the earliest expiry of all roles that its word rests on
 * @param length in bytes
 * @param hashes hex digits by algorithm, {@code sha256} or {@code sha512}; at least one
 * @param custom what the signer added, untouched; empty if nothing
 */
public record TargetFile(
    String path,
    String role,
    Instant validUntil,
    long length,
    SortedMap<String, String> hashes,
    Tree.Members custom) {

  /** Refuses any bytes but those that were signed for. */
  public void demand(byte[] bytes) throws Untrusted {
    Hashes.demandLength("target " + path, length, bytes);
    Hashes.demand("target " + path, hashes, bytes);
  }

  TargetFile until(Instant other) {
    return validUntil.isBefore(other)
        ? this
        : new TargetFile(path, role, other, length, hashes, custom);
  }
}

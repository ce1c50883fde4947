package io.fleetinstaller.report;

import io.fleetinstaller.release.Reason;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What the signed config in force has proven.
 *
 * @param versions of the metadata, by role
 * @param validUntil from then on nothing new is begun, unless newer metadata came
 * @param provenTime the latest time that the config proved: the clock counts for no less
 * @param lastContact when a source last said what is newest; empty: not since this daemon started
 * @param refused documents that are left out, and why
 * @param mirrors sources that were passed over, and why
 */
public record TrustedConfig(
    SortedMap<String, Long> versions,
    Instant validUntil,
    Instant provenTime,
    Optional<Instant> lastContact,
    List<Reason> refused,
    List<BadMirror> mirrors) {
  public TrustedConfig {
    refused = List.copyOf(refused);
    mirrors = List.copyOf(mirrors);
  }

  /** A source that gave nothing that could be used. */
  public record BadMirror(String url, Reason reason, Instant at) {
    Tree tree() {
      return new Tree().put("url", url).put("reason", Nouns.reason(reason)).put("at", at);
    }
  }

  Tree tree() {
    Tree roles = new Tree();
    versions.forEach((role, version) -> roles.put(role, version));
    return new Tree()
        .put("versions", roles)
        .put("validUntil", validUntil)
        .put("provenTime", provenTime)
        .put("lastContact", lastContact)
        .objects("refused", refused, Nouns::reason)
        .objects("mirrors", mirrors, BadMirror::tree);
  }
}

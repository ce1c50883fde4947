package io.fleetinstaller.source;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.trust.Refusal;
import io.fleetinstaller.trust.Verified;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A whole config, all of it verified together. Its bytes must not be changed.
 *
 * @param documents by path, e.g. {@code catalog/stable/agent.json}
 * @param versions of the metadata that vouches for them, by role
 * @param validUntil the earliest expiry of that metadata
 * @param provenTime it is later than this, whatever the clock says
 * @param actFrom nothing new is begun on its word before
 */
public record Config(
    SortedMap<String, byte[]> documents,
    SortedMap<String, Long> versions,
    Instant validUntil,
    Instant provenTime,
    Instant actFrom) {

  public Config {
    documents = Collections.unmodifiableSortedMap(new TreeMap<>(documents));
    versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
  }

  static Config of(Verified verified, SortedMap<String, byte[]> documents, Instant actFrom) {
    return new Config(
        documents, verified.versions(), verified.validUntil(), verified.now(), actFrom);
  }

  Config from(Instant later) {
    return new Config(documents, versions, validUntil, provenTime, later);
  }

  /**
   * Why nothing new may be begun on its word at this time of the clock; what was done on it stays.
   */
  public Optional<Refusal> expired(Instant clock) {
    Instant now = clock.isAfter(provenTime) ? clock : provenTime;
    if (validUntil.isAfter(now)) {
      return Optional.empty();
    }
    long version = versions.getOrDefault("timestamp", 0L);
    return Optional.of(new Refusal.Expired("signed config", version, validUntil, now));
  }

  /** The same for the same documents, whatever metadata vouches for them. */
  public Digest identity() {
    return identity(documents);
  }

  static Digest identity(SortedMap<String, byte[]> documents) {
    MessageDigest digest = Digest.algorithm();
    for (Map.Entry<String, byte[]> each : documents.entrySet()) {
      String line = "%s %s\n".formatted(Digest.of(each.getValue()), each.getKey());
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return Digest.of(digest);
  }
}

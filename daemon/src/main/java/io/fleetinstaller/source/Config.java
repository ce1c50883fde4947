package io.fleetinstaller.source;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Reason;
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
 * @param documentsUntil when the word of those that vouch for a document ends, by its path
 * @param refused why a document, or a role, does not count though the rest does: its own signers
 *     failed. Nothing new may be begun for a package while one of its paths is here
 * @param verified what the metadata says of itself
 * @param provenTime it is later than this, whatever the clock says
 * @param actFrom nothing new is begun on its word before
 */
public record Config(
    SortedMap<String, byte[]> documents,
    SortedMap<String, Instant> documentsUntil,
    SortedMap<String, Reason> refused,
    Verified verified,
    Instant provenTime,
    Instant actFrom) {

  public Config {
    documents = Collections.unmodifiableSortedMap(new TreeMap<>(documents));
    documentsUntil = Collections.unmodifiableSortedMap(new TreeMap<>(documentsUntil));
    refused = Collections.unmodifiableSortedMap(new TreeMap<>(refused));
  }

  Config from(Instant later) {
    return new Config(documents, documentsUntil, refused, verified, provenTime, later);
  }

  Config provenAt(Instant time) {
    return new Config(documents, documentsUntil, refused, verified, time, actFrom);
  }

  /** The versions of the metadata, by role. */
  public SortedMap<String, Long> versions() {
    return verified.versions();
  }

  /** The earliest expiry of the metadata that all of it rests on. */
  public Instant validUntil() {
    return verified.validUntil();
  }

  /**
   * Why nothing new may be begun on its word at this time of the clock; what was done on it stays.
   */
  public Optional<Refusal> expired(Instant clock) {
    return verified.expired(proven(clock));
  }

  /**
   * What does not count at this time of the clock: what was refused, and what has expired since.
   */
  public SortedMap<String, Reason> refused(Instant clock) {
    Instant now = proven(clock);
    SortedMap<String, Reason> all = new TreeMap<>(refused);
    documentsUntil.forEach((path, until) -> {
      if (!until.isAfter(now)) {
        all.putIfAbsent(path, new Refusal.Expired(path, 0, until, now).reason());
      }
    });
    return all;
  }

  private Instant proven(Instant clock) {
    return clock.isAfter(provenTime) ? clock : provenTime;
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

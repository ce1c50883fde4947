package io.fleetinstaller.trust;

import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What is known after a refresh.
 *
 * @param versions by role name, as {@code root}, {@code timestamp}, {@code catalog}
 * @param validUntil the earliest expiry of all these roles
 * @param now the instant it was judged at: the clock, or the latest time already proven
 */
public record Verified(SortedMap<String, Long> versions, Instant validUntil, Instant now) {

  /** Why nothing new may be done on its word; empty while it is in force. */
  public Optional<Refusal> expired() {
    throw new UnsupportedOperationException();
  }
}

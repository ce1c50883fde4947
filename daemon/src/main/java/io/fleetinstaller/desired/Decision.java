package io.fleetinstaller.desired;

import java.time.Instant;
import java.util.Optional;

/** Who decided something on this host, when, why, and until when it counts. */
public record Decision(String by, Instant at, String reason, Optional<Instant> expires) {

  boolean expired(Instant now) {
    return expires.isPresent() && !now.isBefore(expires.get());
  }
}

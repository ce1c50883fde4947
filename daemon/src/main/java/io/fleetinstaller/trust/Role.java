package io.fleetinstaller.trust;

import java.time.Instant;

/** A verified file of one role. */
sealed interface Role permits Root, Timestamp, Snapshot, Targets {
  String ROOT = "root";
  String TIMESTAMP = "timestamp";
  String SNAPSHOT = "snapshot";
  String TARGETS = "targets";

  Envelope envelope();

  Envelope.Header header();

  default String name() {
    return envelope().role();
  }

  default long version() {
    return header().version();
  }

  default Instant expires() {
    return header().expires();
  }

  /** Refuses it once its time is over. */
  default void demandFresh(Instant now) throws Untrusted {
    if (!expires().isAfter(now)) {
      throw new Untrusted(new Refusal.Expired(name(), version(), expires(), now));
    }
  }
}

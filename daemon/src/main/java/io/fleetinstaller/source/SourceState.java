package io.fleetinstaller.source;

import io.fleetinstaller.release.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is known of the source.
 *
 * @param config the last good one; it stays in force whatever came after
 * @param problem why the last poll brought nothing; empty: it went well
 * @param stale said when no mirror has answered well for too long
 * @param badMirrors that were passed over when they were last asked
 * @param lastContact when a mirror last gave what could be verified, also before a restart
 * @param lastPoll when it was last tried since the start
 * @param nextPoll when to poll again, by {@link io.fleetinstaller.io.Time#elapsed}
 */
public record SourceState(
    Optional<Config> config,
    Optional<Reason> problem,
    Optional<Reason> stale,
    List<BadMirror> badMirrors,
    Optional<Instant> lastContact,
    Optional<Instant> lastPoll,
    Duration nextPoll) {
  public SourceState {
    badMirrors = List.copyOf(badMirrors);
  }

  static SourceState none(Duration elapsed) {
    return new SourceState(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        elapsed);
  }
}

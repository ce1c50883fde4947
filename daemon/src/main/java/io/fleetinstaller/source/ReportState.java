package io.fleetinstaller.source;

import io.fleetinstaller.release.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known of the way of reports.
 *
 * @param waiting how many are not delivered yet
 * @param problem why the last try failed; empty: it did not
 * @param nextTry when to try again, by {@link io.fleetinstaller.io.Time#elapsed}
 */
public record ReportState(
    int waiting, Optional<Reason> problem, Optional<Instant> lastDelivered, Duration nextTry) {}

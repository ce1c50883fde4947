package io.fleetinstaller.registry;

import io.fleetinstaller.http.Pace;
import io.fleetinstaller.http.Throttle;

/**
 * One blob to fetch, or a part of it.
 *
 * @param throttle is paid for every byte that comes, also for those that came before
 * @param suspects are told whose bytes were those of the blob, and whose were not
 */
record Download(
    Blob blob,
    Span span,
    Turns turns,
    Pace pace,
    Throttle throttle,
    Suspects suspects,
    Traffic traffic) {

  /** One that nothing else is to be known of. */
  Download(Blob blob, Span span, Turns turns, Pace pace) {
    this(
        blob,
        span,
        turns,
        pace,
        new Throttle(Throttle.Limit.NONE, pace.time()),
        new Suspects(),
        Traffic.UNNOTED);
  }
}

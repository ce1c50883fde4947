package io.fleetinstaller.registry;

import io.fleetinstaller.http.Pace;

/**
 * One blob to fetch, or a part of it.
 *
 * @param suspects are told whose bytes were those of the blob, and whose were not
 */
record Download(Blob blob, Span span, Turns turns, Pace pace, Suspects suspects, Traffic traffic) {

  /** One that nothing else is to be known of. */
  Download(Blob blob, Span span, Turns turns, Pace pace) {
    this(blob, span, turns, pace, new Suspects(), Traffic.UNNOTED);
  }
}

package io.fleetinstaller.daemon;

import io.fleetinstaller.upgrade.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * When to look again: the source is to be polled, or a wait is over; seldom enough to cost nothing.
 * For the owner thread.
 */
final class NextLook {
  /** Between two looks for the end of a wait: a clock that jumps must not make us spin. */
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  private final LiveSettings settings;
  private final Situation situation;
  private final Rest rest;
  private Optional<Instant> waitsUntil = Optional.empty();

  NextLook(LiveSettings settings, Situation situation, Rest rest) {
    this.settings = settings;
    this.situation = situation;
    this.rest = rest;
  }

  /** Finds out when the first of all waits is over; to be called whenever that may have changed. */
  void reckon(Moment moment) {
    waitsUntil =
        situation.names().stream()
            .map(moment::decide)
            .flatMap(decision ->
                decision instanceof Decision.Wait(_, var until) ? until.stream() : Stream.empty())
            .min(Comparator.naturalOrder());
  }

  /** How long a look may be put off from now. */
  Duration away() {
    Duration poll = rest.untilLook(situation.source().untilNextPoll(settings.now()));
    return waitsUntil
        .map(until -> Duration.between(situation.time().now(), until))
        .map(wait -> wait.compareTo(SHORTEST) < 0 ? SHORTEST : wait)
        .filter(wait -> wait.compareTo(poll) < 0)
        .orElse(poll);
  }
}

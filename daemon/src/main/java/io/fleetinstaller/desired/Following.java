package io.fleetinstaller.desired;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Release;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which release of a channel a host should run: the newest whose wave has come for it. So a channel
 * that publishes faster than its rollouts end still reaches the hosts of the last wave.
 *
 * @param candidates newest first, all within what is asked for and allowed
 */
record Following(List<Candidate> candidates, Optional<Release> running, Instant now) {

  /**
   * One release.
   *
   * @param opens when it may come to this host; empty: never
   */
  record Candidate(Catalog.Entry entry, Optional<Instant> opens) {}

  /** What to run, or to wait for where it is not open yet; empty: there is no candidate. */
  Optional<Candidate> pick() {
    Optional<Candidate> newest = candidates.stream().filter(this::inForce).findFirst();
    if (newest.isPresent() && !goesNowhere(newest.get())) {
      return newest;
    }
    return next(newest).or(() -> newest).or(() -> candidates.stream().findFirst());
  }

  /** What runs already needs no wave. */
  private boolean inForce(Candidate candidate) {
    return isRunning(candidate)
        || candidate.opens().filter(opens -> !now.isBefore(opens)).isPresent();
  }

  private boolean isRunning(Candidate candidate) {
    return running.map(Release::digest).equals(Optional.of(candidate.entry().digest()));
  }

  private boolean goesNowhere(Candidate candidate) {
    return isRunning(candidate) || older(candidate);
  }

  private boolean older(Candidate candidate) {
    return running
        .filter(release -> candidate.entry().version().compareTo(release.version()) < 0)
        .isPresent();
  }

  /** Of those that are newer than what is in force and than what runs, the one that comes first. */
  private Optional<Candidate> next(Optional<Candidate> inForce) {
    Optional<Digest> end = inForce.map(found -> found.entry().digest());
    return candidates.stream()
        .takeWhile(candidate -> !Optional.of(candidate.entry().digest()).equals(end))
        .filter(candidate -> candidate.opens().isPresent() && !older(candidate))
        .min(Comparator.comparing(candidate -> candidate.opens().orElseThrow()));
  }
}

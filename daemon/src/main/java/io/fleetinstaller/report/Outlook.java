package io.fleetinstaller.report;

import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.Release;
import java.time.Instant;
import java.util.Optional;

/**
 * What the next poll would do to one package, and why.
 *
 * @param from what runs now
 * @param to what would run after it: the same as {@code from} unless it acts
 * @param until when a wait ends; empty when only an event ends it
 */
public record Outlook(
    PackageName name,
    Kind kind,
    Optional<Release> from,
    Optional<Release> to,
    Reason reason,
    Optional<Instant> until) {

  /** In short. */
  public enum Kind {
    /** It would begin an upgrade. */
    ACT,
    /** It would act, but not before something else has happened. */
    WAIT,
    /** Nothing is to be done. */
    REST
  }

  Tree tree() {
    return new Tree()
        .put("package", name.value())
        .put("kind", Nouns.word(kind))
        .put("from", from, Nouns::release)
        .put("to", to, Nouns::release)
        .put("reason", Nouns.reason(reason))
        .put("until", until);
  }
}

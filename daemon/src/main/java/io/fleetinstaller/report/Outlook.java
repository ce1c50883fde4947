package io.fleetinstaller.report;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.upgrade.Decision;
import io.fleetinstaller.upgrade.Move;
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

  /** What Plan decided about what is wanted and what is there. */
  public static Outlook of(Desired desired, Installed installed, Decision decision) {
    Optional<Release> now = installed.current().map(Slot::release);
    return switch (decision) {
      case Decision.Act(Move move, Reason why) ->
          new Outlook(installed.name(), Kind.ACT, move.from(), move.to(), why, Optional.empty());
      case Decision.Wait(Reason why, Optional<Instant> until) ->
          new Outlook(installed.name(), Kind.WAIT, now, wanted(desired, now), why, until);
      case Decision.Rest(Reason why) ->
          new Outlook(installed.name(), Kind.REST, now, now, why, Optional.empty());
    };
  }

  private static Optional<Release> wanted(Desired desired, Optional<Release> now) {
    return switch (desired.want()) {
      case Desired.Leave _ -> now;
      case Desired.Run _, Desired.Absent _, Desired.Later _ -> desired.want().release();
    };
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

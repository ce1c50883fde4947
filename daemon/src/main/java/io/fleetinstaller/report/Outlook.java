package io.fleetinstaller.report;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.upgrade.Decision;
import io.fleetinstaller.upgrade.Move;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the next poll would do to one package, and why.
 *
 * @param from what runs now; while an upgrade is under way, what that left
 * @param to what would run after it: the same as {@code from} unless it acts
 * @param until when a wait ends; empty when only an event ends it
 * @param noReturn why there is no way back to {@code from} once {@code to} is confirmed; empty: it
 *     is not known that there is none
 */
public record Outlook(
    PackageName name,
    Kind kind,
    Optional<Release> from,
    Optional<Release> to,
    Reason reason,
    Optional<Instant> until,
    Optional<Reason> noReturn) {

  /** With a way back. */
  public Outlook(
      PackageName name,
      Kind kind,
      Optional<Release> from,
      Optional<Release> to,
      Reason reason,
      Optional<Instant> until) {
    this(name, kind, from, to, reason, until, Optional.empty());
  }

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

  /** The same while an upgrade is under way, which left this release. */
  public Outlook comingFrom(Optional<Release> left) {
    return new Outlook(name, kind, left, to, reason, until, noReturn);
  }

  /**
   * The same, knowing which releases change their data so that older ones cannot read it.
   *
   * @param changes whether this release does
   */
  public Outlook passing(Predicate<Release> changes) {
    boolean passes =
        from.isPresent()
            && to.filter(changes).isPresent()
            && from.get().version().compareTo(to.get().version()) < 0;
    return passes
        ? new Outlook(name, kind, from, to, reason, until, Optional.of(noReturn(from.get())))
        : this;
  }

  private static Reason noReturn(Release from) {
    return new Reason(
        ReasonCode.POINT_OF_NO_RETURN,
        "after confirmation there is no way back to %s: it cannot read the data any more"
            .formatted(from.version()));
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
        .put("until", until)
        .put("pointOfNoReturn", noReturn, Nouns::reason);
  }
}

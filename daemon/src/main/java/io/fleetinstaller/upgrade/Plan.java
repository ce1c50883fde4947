package io.fleetinstaller.upgrade;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Desired, installed and remembered: what to do next. Pure. */
public final class Plan {

  private Plan() {}

  /** What the daemon does by itself, remembering what failed before. */
  public static Decision next(Desired desired, Installed installed, History history, Instant now) {
    Optional<Account> open = history.open();
    if (open.isPresent()) {
      return new Decision.Wait(underWay(open.get()), Optional.empty());
    }
    return switch (desired.want()) {
      case Desired.Leave(Reason why) -> new Decision.Rest(why);
      case Desired.Run(Release release, _) when misnamed(release, installed).isPresent() ->
          new Decision.Wait(misnamed(release, installed).get(), Optional.empty());
      case Desired.Run(Release release, Duration stableFor) ->
          remembered(move(desired, installed, Optional.of(release), stableFor), history, now);
      case Desired.Absent() ->
          remembered(move(desired, installed, Optional.empty(), Duration.ZERO), history, now);
      case Desired.Later(Desired.Want then, Reason why, Optional<Instant> until) ->
          later(new Desired(desired.name(), then, desired.origin()), installed, why, until);
    };
  }

  /** What happens when a person asks for it now: no memory counts. */
  public static Decision retry(Desired desired, Installed installed, Instant now) {
    return next(desired, installed, new History(desired.name(), List.of()), now);
  }

  /** What is on disk was checked when it came: it says itself which release it is. */
  private static Optional<Reason> misnamed(Release wanted, Installed installed) {
    return installed
        .find(wanted.digest())
        .map(Slot::release)
        .filter(found -> !found.equals(wanted))
        .map(found ->
            new Reason(
                ReasonCode.DESCRIPTOR_MISMATCH,
                "cannot use %s as %s: its descriptor says it is %s; correct version or digest"
                    .formatted(wanted.digest(), wanted.version(), found.version())));
  }

  private static Decision later(
      Desired then, Installed installed, Reason why, Optional<Instant> until) {
    History unknown = new History(then.name(), List.of());
    Decision decision = next(then, installed, unknown, Instant.EPOCH);
    return decision instanceof Decision.Rest ? decision : new Decision.Wait(why, until);
  }

  private static Move move(
      Desired desired, Installed installed, Optional<Release> to, Duration stableFor) {
    Optional<Release> from = installed.current().map(Slot::release);
    return new Move(desired.name(), from, to, desired.origin(), stableFor);
  }

  private static Decision remembered(Move move, History history, Instant now) {
    List<Account> tried = history.to(move.to());
    boolean askedAgain = tried.isEmpty() || isNewRequest(move.origin(), tried.getLast());
    Optional<Account> stuck = stuck(history, move);
    if (stuck.isPresent() && !askedAgain) {
      return new Decision.Wait(stuck(move, stuck.get()), Optional.empty());
    }
    if (same(move.from(), move.to())) {
      return new Decision.Rest(upToDate(move));
    }
    Optional<Instant> until = askedAgain ? Optional.empty() : Memory.until(history, move.to(), now);
    return until.isPresent()
        ? new Decision.Wait(backoff(move, history, until.get(), now), until)
        : new Decision.Act(move, askedFor(move));
  }

  /** A person's request counts once: the same one must not try the same failure for ever. */
  private static boolean isNewRequest(Origin origin, Account last) {
    return origin.kind() == Origin.Kind.MANUAL && !origin.equals(last.upgrade().origin());
  }

  /** Stuck is forgotten once the same release, or another one, went well. */
  private static Optional<Account> stuck(History history, Move move) {
    List<Account> tried = history.to(move.to());
    return tried.reversed().stream()
        .filter(account -> !(account.outcome().orElse(null) instanceof Outcome.GivenUp))
        .findFirst()
        .filter(account -> account.outcome().orElse(null) instanceof Outcome.Stuck);
  }

  private static boolean same(Optional<Release> one, Optional<Release> two) {
    return one.map(Release::digest).equals(two.map(Release::digest));
  }

  private static Reason underWay(Account open) {
    String failed =
        open.cause()
            .map(failure -> ", but not on its way any more: " + failure.reason().sentence())
            .orElse("");
    return new Reason(
        ReasonCode.UNDER_WAY,
        "upgrade %s of %s, %s, is under way%s"
            .formatted(open.upgrade().id(), open.upgrade().name(), open.move(), failed));
  }

  private static Reason upToDate(Move move) {
    String state = move.to().map(release -> "at " + release.version()).orElse("not installed");
    return new Reason(
        ReasonCode.UP_TO_DATE, "%s is %s, as it should be".formatted(move.name(), state));
  }

  private static Reason askedFor(Move move) {
    return new Reason(
        ReasonCode.ASKED_FOR,
        "%s goes from %s, asked for by %s".formatted(move.name(), move, move.origin().by()));
  }

  private static Reason stuck(Move move, Account account) {
    Reason reason = account.outcome().flatMap(Outcome::why).orElseThrow();
    return new Reason(
        ReasonCode.WAY_BACK_FAILED,
        "%s is stuck since %s and waits for a person: make it run, then install a release"
            .formatted(move.name(), seconds(account.ended())),
        List.of(reason.toString()));
  }

  private static Reason backoff(Move move, History history, Instant until, Instant now) {
    int reverts = Memory.reverts(history, move.to(), now);
    Account last = history.to(move.to()).getLast();
    String what =
        reverts > 0 ? "taken back " + times(reverts) : "given up " + times(last.attempt());
    return new Reason(
        ReasonCode.BACKOFF,
        "%s, %s, was %s; it is tried again at %s, or at once if a person or another release asks"
            .formatted(move.name(), move, what, seconds(until)),
        last.outcome().flatMap(Outcome::why).map(why -> List.of(why.toString())).orElse(List.of()));
  }

  private static String times(int count) {
    return count == 1 ? "once" : count + " times";
  }

  private static Instant seconds(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS);
  }
}

package io.fleetinstaller.upgrade;

import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * How long a failure keeps us from trying the same again. It is worked out from the history, and
 * never lasts for ever. Pure.
 */
final class Memory {
  private static final List<Duration> AFTER_REVERT =
      List.of(
          Duration.ofHours(8),
          Duration.ofHours(12),
          Duration.ofHours(24),
          Duration.ofDays(2),
          Duration.ofDays(4),
          Duration.ofDays(7));
  private static final List<Duration> AFTER_TROUBLE =
      List.of(
          Duration.ofMinutes(1),
          Duration.ofMinutes(2),
          Duration.ofMinutes(5),
          Duration.ofMinutes(15),
          Duration.ofHours(1));

  /** Long enough that a release tried once a week stays at once a week. */
  private static final Duration COUNTS = Duration.ofDays(60);

  private static final double JITTER = 0.25;

  private Memory() {}

  /** Until when this release, or the removal, is not tried again by itself. */
  static Optional<Instant> until(History history, Optional<Release> to, Instant now) {
    List<Account> counted = counted(history, to, now);
    List<Account> reverts = reverts(counted);
    Stream<Instant> afterRevert =
        reverts.isEmpty()
            ? Stream.empty()
            : Stream.of(later(reverts.getLast(), AFTER_REVERT, reverts.size()));
    Stream<Instant> afterGivenUp =
        counted.isEmpty() ? Stream.empty() : afterGivenUp(counted.getLast()).stream();
    return Stream.concat(afterRevert, afterGivenUp)
        .max(Instant::compareTo)
        .filter(until -> until.isAfter(now));
  }

  static int reverts(History history, Optional<Release> to, Instant now) {
    return reverts(counted(history, to, now)).size();
  }

  /** Whether Plan needs this account to remember, however many are newer. */
  static boolean needs(Account account, Instant now) {
    return switch (account.outcome().orElse(null)) {
      case Outcome.Reverted _ -> account.ended().plus(COUNTS).isAfter(now);
      case Outcome.Stuck _ -> true;
      case Outcome.Upgraded _, Outcome.GivenUp _ -> false;
      case null -> true;
    };
  }

  /**
   * What was tried since it last went well. After the clock was set back, what seems to lie in the
   * future counts for nothing: better one try too many than years of waiting.
   */
  private static List<Account> counted(History history, Optional<Release> to, Instant now) {
    List<Account> tried = history.to(to);
    int good = 0;
    for (int i = 0; i < tried.size(); i++) {
      good = tried.get(i).outcome().orElse(null) instanceof Outcome.Upgraded ? i + 1 : good;
    }
    return tried.subList(good, tried.size()).stream()
        .filter(account -> !account.ended().isAfter(now))
        .filter(account -> account.ended().plus(COUNTS).isAfter(now))
        .toList();
  }

  private static List<Account> reverts(List<Account> accounts) {
    return accounts.stream()
        .filter(account -> account.outcome().orElse(null) instanceof Outcome.Reverted)
        .toList();
  }

  private static Optional<Instant> afterGivenUp(Account account) {
    if (account.outcome().orElse(null) instanceof Outcome.GivenUp(var why, Failure.Kind kind)) {
      if (why.code() == ReasonCode.OWN_TURN) {
        return Optional.of(later(account, AFTER_TROUBLE, 1));
      }
      boolean passing = kind == Failure.Kind.TRANSIENT || why.code().isWithheld();
      List<Duration> schedule = passing ? AFTER_TROUBLE : AFTER_REVERT;
      return Optional.of(later(account, schedule, account.attempt()));
    }
    return Optional.empty();
  }

  private static Instant later(Account account, List<Duration> schedule, int times) {
    Duration plain = schedule.get(Math.min(times, schedule.size()) - 1);
    return account.ended().plusMillis((long) (plain.toMillis() * (1 + JITTER * chance(account))));
  }

  /** From 0 to 1: the same whenever we ask, another one for every upgrade on every host. */
  private static double chance(Account account) {
    Upgrade upgrade = account.upgrade();
    long seed = upgrade.began().toEpochMilli() * 31 + upgrade.id().hashCode();
    return new SplittableRandom(seed).nextDouble();
  }
}

package io.fleetinstaller.report;

import io.fleetinstaller.upgrade.Account;
import io.fleetinstaller.upgrade.History;
import io.fleetinstaller.upgrade.Outcome;
import io.fleetinstaller.upgrade.Step;
import io.fleetinstaller.upgrade.Upgrade;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An upgrade that has ended.
 *
 * @param times how often in a row it ended so: equal attempts that were given up share one record
 * @param fetched which way its bytes came, and what that cost; empty: nothing was fetched
 */
public record PastUpgrade(
    Upgrade upgrade, Outcome outcome, int times, Instant ended, List<String> fetched) {

  public PastUpgrade {
    fetched = List.copyOf(fetched);
  }

  /** What the journal tells; empty for an upgrade that is still open. */
  public static Optional<PastUpgrade> of(Account account) {
    return account
        .outcome()
        .map(outcome ->
            new PastUpgrade(
                account.upgrade(),
                outcome,
                account.attempt(),
                account.ended(),
                account.notes(Step.UNPACK)));
  }

  /** The last upgrade of a package that has ended. */
  public static Optional<PastUpgrade> last(History history) {
    return history.accounts().reversed().stream()
        .flatMap(account -> of(account).stream())
        .findFirst();
  }

  /** How it ended, in one word. */
  public String end() {
    return switch (outcome) {
      case Outcome.Upgraded _ -> "upgraded";
      case Outcome.Reverted _ -> "reverted";
      case Outcome.GivenUp _ -> "given-up";
      case Outcome.Stuck _ -> "stuck";
    };
  }

  Tree tree() {
    return new Tree()
        .put("package", upgrade.name().value())
        .put("id", upgrade.id())
        .put("end", end())
        .put("from", upgrade.from(), Nouns::release)
        .put("to", upgrade.to(), Nouns::release)
        .put("origin", Nouns.origin(upgrade.origin()))
        .put("began", upgrade.began())
        .put("ended", ended)
        .put("times", times)
        .texts("fetched", fetched)
        .put("reason", outcome.why(), Nouns::reason);
  }
}

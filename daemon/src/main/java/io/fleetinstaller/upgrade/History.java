package io.fleetinstaller.upgrade;

import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import java.util.List;
import java.util.Optional;

/** What the journals of one package tell, newest last. */
public record History(PackageName name, List<Account> accounts) {
  public History {
    accounts = List.copyOf(accounts);
  }

  public Optional<Account> last() {
    return accounts.isEmpty() ? Optional.empty() : Optional.of(accounts.getLast());
  }

  /** The upgrade that is under way. Only the newest can be. */
  public Optional<Account> open() {
    return last().filter(account -> account.outcome().isEmpty());
  }

  /** The upgrades to this release, or the removals. */
  List<Account> to(Optional<Release> release) {
    return accounts.stream()
        .filter(account ->
            account.upgrade().to().map(Release::digest).equals(release.map(Release::digest)))
        .toList();
  }

  /** The last upgrade, if it was given up and was this one. */
  Optional<Account> givenUp(Move move) {
    return last()
        .filter(account -> account.outcome().orElse(null) instanceof Outcome.GivenUp)
        .filter(account -> sameRoute(account.move(), move));
  }

  private static boolean sameRoute(Move one, Move two) {
    return one.from().equals(two.from()) && one.to().equals(two.to());
  }

  /** Whether the later account tells everything that the earlier one does. */
  static boolean repeats(Account earlier, Account later) {
    return earlier.outcome().orElse(null) instanceof Outcome.GivenUp before
        && later.outcome().orElse(null) instanceof Outcome.GivenUp after
        && before.reason().code() == after.reason().code()
        && later.attempt() > earlier.attempt()
        && sameRoute(earlier.move(), later.move());
  }
}

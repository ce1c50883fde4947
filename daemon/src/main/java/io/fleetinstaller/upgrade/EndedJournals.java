package io.fleetinstaller.upgrade;

import io.fleetinstaller.io.Stamp;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What journals tell whose upgrades have ended. Nobody writes to them any more, and the daemon asks
 * for all of them each minute: one is read again only when its {@link Stamp} is another. Safe for
 * use by several threads.
 */
final class EndedJournals {
  /** What is larger would cost more memory than time: dozens of a package are kept. */
  private static final int LARGEST = 1 << 16;

  private final Map<Path, Known> known = new ConcurrentHashMap<>();

  private record Known(Stamp stamp, Account account) {}

  /** What this journal tells; empty if it cannot be read. */
  Optional<Account> account(Path file, Function<Path, Optional<Account>> reader) {
    // Seen before it is read: what changes meanwhile is read again the next time.
    Optional<Stamp> stamp = Stamp.of(file);
    Known before = known.get(file);
    if (before != null && stamp.equals(Optional.of(before.stamp()))) {
      return Optional.of(before.account());
    }
    known.remove(file);
    Optional<Account> account = reader.apply(file);
    if (stamp.filter(it -> it.size() <= LARGEST).isPresent()
        && account.flatMap(Account::outcome).isPresent()) {
      known.put(file, new Known(stamp.get(), account.get()));
    }
    return account;
  }

  /** This one is not there any more. */
  void forget(Path file) {
    known.remove(file);
  }
}

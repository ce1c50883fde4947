package io.fleetinstaller.trust;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is known after a refresh.
 *
 * @param versions by role name, as {@code root}, {@code timestamp}, {@code catalog}
 * @param soonest which of the four top roles expires first
 * @param validUntil when it does
 * @param now the instant it was judged at: the clock, or the latest time already proven
 */
public record Verified(
    SortedMap<String, Long> versions, String soonest, Instant validUntil, Instant now) {

  static Verified of(TrustedSet set, Instant now) {
    SortedMap<String, Long> versions = new TreeMap<>();
    set.targets().values().forEach(each -> versions.put(each.name(), each.version()));
    Stream<Optional<? extends Role>> top =
        Stream.of(Optional.of(set.root()), set.timestamp(), set.snapshot(), set.role(Role.TARGETS));
    Role soonest =
        top.flatMap(Optional::stream)
            .peek(each -> versions.put(each.name(), each.version()))
            .min(Comparator.comparing(Role::expires))
            .orElseThrow();
    return new Verified(versions, soonest.name(), soonest.expires(), now);
  }

  /** Why nothing new may be done on its word; empty while it is in force. */
  public Optional<Refusal> expired() {
    return expired(now);
  }

  /** Why nothing new may be done on its word at a later instant. */
  public Optional<Refusal> expired(Instant later) {
    return validUntil.isAfter(later)
        ? Optional.empty()
        : Optional.of(
            new Refusal.Expired(soonest, versions.getOrDefault(soonest, 0L), validUntil, later));
  }
}

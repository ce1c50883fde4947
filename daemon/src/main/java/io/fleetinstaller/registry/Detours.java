package io.fleetinstaller.registry;

import io.fleetinstaller.io.Time;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where registries sent whoever asked for a blob, for a while: a layer in a hundred parts would
 * else cost two hundred requests. Such addresses are signed, and good for some minutes.
 * Thread-safe.
 */
final class Detours {
  private static final Duration GOOD_FOR = Duration.ofMinutes(2);
  private static final int MOST = 64;

  private final Map<URI, Detour> known = new ConcurrentHashMap<>();
  private final Time time;

  private record Detour(URI to, Duration until) {}

  Detours(Time time) {
    this.time = time;
  }

  Optional<URI> from(URI asked) {
    return Optional.ofNullable(known.get(asked))
        .filter(detour -> time.elapsed().compareTo(detour.until()) < 0)
        .map(Detour::to);
  }

  void found(URI asked, URI to) {
    if (known.size() >= MOST) {
      known.clear();
    }
    known.put(asked, new Detour(to, time.elapsed().plus(GOOD_FOR)));
  }

  void forgetAll() {
    known.clear();
  }

  void forget(URI asked) {
    known.remove(asked);
  }
}

package io.fleetinstaller.registry;

import io.fleetinstaller.release.Digest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which repository sent wrong bytes for which blob, so that the next stream of it comes from
 * another. When nobody else is left all are asked again: a repository may have been mended.
 * Thread-safe.
 */
final class Suspects {
  private static final int MOST = 1000;

  private final Set<Suspicion> suspicions = new HashSet<>();

  private record Suspicion(Digest blob, String repository) {}

  synchronized void add(Digest blob, Repository repository) {
    if (suspicions.size() >= MOST) {
      suspicions.clear();
    }
    suspicions.add(new Suspicion(blob, repository.toString()));
  }

  /** Those of the repositories that may be asked for this blob. */
  synchronized List<Repository> without(Digest blob, List<Repository> repositories) {
    List<Repository> trusted =
        repositories.stream()
            .filter(each -> !suspicions.contains(new Suspicion(blob, each.toString())))
            .toList();
    if (!trusted.isEmpty()) {
      return trusted;
    }
    suspicions.removeIf(suspicion -> suspicion.blob().equals(blob));
    return repositories;
  }
}

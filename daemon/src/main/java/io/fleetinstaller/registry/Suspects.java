package io.fleetinstaller.registry;

import io.fleetinstaller.release.Digest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which repository sent wrong bytes for which blob, so that the next stream of it comes from
 * another where there is one: it is asked last, for it may be the only one that is left, until it
 * sends right ones. Thread-safe.
 */
final class Suspects {
  private static final int MOST = 1000;

  private final Set<Sender> suspects = new HashSet<>();

  synchronized void add(Collection<Sender> wrong) {
    if (suspects.size() + wrong.size() > MOST) {
      suspects.clear();
    }
    suspects.addAll(wrong);
  }

  synchronized void remove(Collection<Sender> right) {
    right.forEach(suspects::remove);
  }

  /** The repositories in the order in which they are to be asked for this blob. */
  synchronized List<Repository> last(Digest blob, List<Repository> repositories) {
    List<Repository> ordered = new ArrayList<>();
    List<Repository> suspected = new ArrayList<>();
    for (Repository each : repositories) {
      boolean wrong = suspects.contains(new Sender(blob, each.toString()));
      (wrong ? suspected : ordered).add(each);
    }
    ordered.addAll(suspected);
    return ordered;
  }
}

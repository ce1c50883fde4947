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
 * sends right ones. And who gave nothing of one part, before whom others are asked for the next:
 * there are many. Thread-safe.
 */
final class Suspects {
  private static final int MOST = 1000;

  private final Set<Sender> suspects = new HashSet<>();
  private final Set<Sender> silent = new HashSet<>();

  synchronized void add(Collection<Sender> wrong) {
    addAll(suspects, wrong);
  }

  synchronized void gaveNothing(Sender sender) {
    addAll(silent, List.of(sender));
  }

  private static void addAll(Set<Sender> set, Collection<Sender> more) {
    if (set.size() + more.size() > MOST) {
      set.clear();
    }
    set.addAll(more);
  }

  synchronized void remove(Collection<Sender> right) {
    right.forEach(suspects::remove);
    right.forEach(silent::remove);
  }

  /** The repositories in the order in which they are to be asked for this blob. */
  synchronized List<Repository> last(Digest blob, List<Repository> repositories) {
    return last(suspects, blob, repositories);
  }

  /** The same for a part of it. */
  synchronized List<Repository> lastForParts(Digest blob, List<Repository> repositories) {
    return last(suspects, blob, last(silent, blob, repositories));
  }

  private static List<Repository> last(
      Set<Sender> these, Digest blob, List<Repository> repositories) {
    List<Repository> ordered = new ArrayList<>();
    List<Repository> last = new ArrayList<>();
    for (Repository each : repositories) {
      (these.contains(new Sender(blob, each.toString())) ? last : ordered).add(each);
    }
    ordered.addAll(last);
    return ordered;
  }
}

package io.fleetinstaller.daemon;

import io.fleetinstaller.desired.LocalOverride;
import io.fleetinstaller.desired.Pin;
import io.fleetinstaller.desired.Policy;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What people decided about one package: what must be seen of it by whoever looks at about this
 * time, and what may be. In between lies what they decide meanwhile, and what is over about now.
 */
record Decided(SortedSet<String> must, SortedSet<String> may) {
  /** So near to its end a decision may count for one of two and not for the other. */
  private static final Duration NEARLY = Duration.ofMinutes(1);

  private static final String HELD = "held";
  private static final String PINNED = "pinned to ";
  private static final String OVERRIDDEN = "overridden with ";

  Decided {
    must = new TreeSet<>(must);
    may = new TreeSet<>(may);
  }

  /**
   * All of one package.
   *
   * @param policies those that counted since the other began to look
   * @param asked what is asked for, as far as this daemon knows
   */
  static Decided of(PackageName name, List<Policy> policies, Optional<Desired> asked, Instant now) {
    SortedSet<String> must = words(policies.getFirst(), name, asked, now);
    SortedSet<String> may = new TreeSet<>();
    for (Policy policy : policies) {
      for (Instant time : List.of(now.minus(NEARLY), now.plus(NEARLY))) {
        must.retainAll(words(policy, name, asked, time));
        // Whoever was not told what is asked for lets every override stand.
        may.addAll(words(policy, name, Optional.empty(), time));
      }
    }
    return new Decided(must, may);
  }

  /** The same for one who was asked for something else: that may have ended an override. */
  Decided askedOtherwise() {
    SortedSet<String> fewer = new TreeSet<>(must);
    fewer.removeIf(word -> word.startsWith(OVERRIDDEN));
    return new Decided(fewer, may);
  }

  boolean agreesWith(SortedSet<String> seen) {
    return seen.containsAll(must) && may.containsAll(seen);
  }

  /** What a daemon tells of it in its status of the package. */
  static SortedSet<String> told(Document status) throws Refused {
    SortedSet<String> words = new TreeSet<>();
    if (status.has("hold")) {
      words.add(HELD);
    }
    Optional<Document> pin = status.optionalObject("pin");
    if (pin.isPresent()) {
      words.add(PINNED + target(pin.get()));
    }
    Optional<Document> override = status.optionalObject("override");
    if (override.isPresent()) {
      words.add(OVERRIDDEN + target(override.get()));
    }
    return words;
  }

  private static String target(Document decision) throws Refused {
    Optional<Document> release = decision.object("target").optionalObject("release");
    return release.isPresent() ? release.get().text("digest") : "nothing";
  }

  private static SortedSet<String> words(
      Policy policy, PackageName name, Optional<Desired> asked, Instant at) {
    SortedSet<String> words = new TreeSet<>();
    policy.hold(name, at).ifPresent(_ -> words.add(HELD));
    policy.pin(name, at).map(Pin::release).ifPresent(to -> words.add(PINNED + to.digest()));
    policy
        .override(name, asked, at)
        .map(LocalOverride::target)
        .map(target -> target.map(Release::digest).map(Digest::toString).orElse("nothing"))
        .ifPresent(to -> words.add(OVERRIDDEN + to));
    return words;
  }
}

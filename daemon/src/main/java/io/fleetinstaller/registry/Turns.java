package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Pace;
import io.fleetinstaller.io.Redactor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose turn it is to be asked for one thing. The repositories are asked in their order; when all
 * have failed, again after a pause, a bounded number of times. Who failed for good is left out.
 * What has begun is not given up because nobody can be reached for a while: all that came already
 * would be fetched anew.
 */
final class Turns {
  private static final Logger LOG = LoggerFactory.getLogger(Turns.class);

  /** How long nobody may be reached once something came. A person's verb waits as long. */
  private static final Duration OUTAGE = Duration.ofMinutes(2);

  private static final Set<ReasonCode> UNREACHABLE =
      EnumSet.of(ReasonCode.DNS_FAILED, ReasonCode.CONNECT_FAILED);

  private final String what;
  private final List<Repository> repositories;
  private final Pace pace;
  private final Traffic traffic;
  private final Map<Repository, Failure> failures = new LinkedHashMap<>();
  private int at;
  private int round = 1;
  private boolean progressed;
  private Duration askedFor = Duration.ZERO;
  private @Nullable Told last;
  private @Nullable Duration outSince;
  private @Nullable Wait waits;

  private record Told(Repository repository, Failure failure) {}

  /**
   * @param what is to be done, as in "get manifest sha256:… of agent"
   */
  Turns(String what, List<Repository> repositories, Pace pace) {
    this(what, repositories, pace, Traffic.UNNOTED);
  }

  /**
   * @param traffic whether some of what is to be had came already; told who is waited for
   */
  Turns(String what, List<Repository> repositories, Pace pace, Traffic traffic) {
    this.what = what;
    this.repositories = List.copyOf(repositories);
    this.pace = pace;
    this.traffic = traffic;
  }

  /** The repository to ask now; the fault names every one that was tried, and why it failed. */
  Repository next() throws Fault, InterruptedException {
    skipHopeless();
    if (at == repositories.size()) {
      if (!hopeLeft() || (pace.endsWith(round) && !outlasts())) {
        over();
        throw fault();
      }
      at = 0;
      skipHopeless();
      waitFor(repositories.get(at));
      round++;
      askedFor = Duration.ZERO;
    }
    Repository next = repositories.get(at);
    tellOfLast(next);
    Wait wait = waits;
    if (wait != null) {
      tell(next, wait.until());
    }
    return next;
  }

  /**
   * Asks until one of them answers.
   *
   * @throws Fault as {@link #next}, or as the question itself
   */
  <T> T ask(Question<T> question) throws Fault, InterruptedException {
    try {
      while (true) {
        Repository repository = next();
        try {
          return question.to(repository);
        } catch (Failure failure) {
          failed(failure);
        }
      }
    } finally {
      over();
    }
  }

  /** What is asked of a repository. */
  @FunctionalInterface
  interface Question<T> {
    T to(Repository repository) throws Failure, Fault, InterruptedException;
  }

  /** It stays told until {@link #over}: who is asked again may take long to say anything. */
  private void waitFor(Repository next) throws InterruptedException {
    Duration pause = pace.pause(round, askedFor);
    tell(next, pace.time().now().plus(pause));
    pace.time().sleep(pause);
  }

  private void tell(Repository next, Instant until) {
    String why = Optional.ofNullable(failures.get(next)).map(Failure::why).orElse("");
    Wait wait = new Wait(Redactor.line(next.toString()), until, Redactor.line(why));
    if (!wait.equals(waits)) {
      over();
      waits = wait;
      traffic.waits(wait);
    }
  }

  /** Nobody is waited for any longer: something came, or nobody wants it any more. */
  void over() {
    Wait wait = waits;
    if (wait != null) {
      waits = null;
      traffic.goesOn(wait);
    }
  }

  private boolean outlasts() {
    return traffic.worked()
        && outSince != null
        && pace.patience().tries() > 1
        && pace.time().elapsed().minus(outSince).compareTo(OUTAGE) < 0
        && failures.values().stream()
            .filter(Failure::isPassing)
            .allMatch(failure -> UNREACHABLE.contains(failure.code()));
  }

  // Only now: a failure that nothing follows is thrown, and told there.
  private void tellOfLast(Repository next) {
    if (last != null) {
      LOG.atWarn()
          .addKeyValue("code", last.failure().code().text())
          .log(
              "cannot {}: {}: {}; asking {} now",
              what,
              last.repository(),
              last.failure().why(),
              next.equals(last.repository()) ? "it again" : next);
      last = null;
    }
  }

  /** The repository whose turn it was failed. */
  void failed(Failure failure) {
    Repository repository = repositories.get(at);
    last = new Told(repository, failure);
    failures.put(repository, failure);
    if (!UNREACHABLE.contains(failure.code())) {
      outSince = null;
    } else if (outSince == null) {
      outSince = pace.time().elapsed();
    }
    if (failure.retryAfter().compareTo(askedFor) > 0) {
      askedFor = failure.retryAfter();
    }
    // After progress the same one is asked at once: it works, and its connection merely broke. One
    // that is too slow would go on being that.
    if (!progressed || !failure.isPassing() || failure.code() == ReasonCode.TOO_SLOW) {
      at++;
    }
    progressed = false;
  }

  /** Something useful arrived: what failed before no longer counts. */
  void progress() {
    progressed = true;
    outSince = null;
    round = 1;
  }

  private void skipHopeless() {
    while (at < repositories.size() && isHopeless(repositories.get(at))) {
      at++;
    }
  }

  private boolean hopeLeft() {
    return !repositories.stream().allMatch(this::isHopeless);
  }

  private boolean isHopeless(Repository repository) {
    Failure failure = failures.get(repository);
    return failure != null && !failure.isPassing();
  }

  private Fault fault() {
    if (failures.isEmpty()) {
      return new Fault.Broken(
          ReasonCode.BAD_SETTINGS,
          "cannot %s: there is no repository; name one in registry.repositories".formatted(what));
    }
    // A hope that somewhere it may still work outweighs what is certain elsewhere.
    Failure chief =
        failures.values().stream()
            .filter(Failure::isPassing)
            .findFirst()
            .orElse(failures.values().iterator().next());
    String reasons =
        failures.entrySet().stream()
            .map(entry -> entry.getKey() + ": " + entry.getValue().why())
            .collect(Collectors.joining("; "));
    return chief.asFault("cannot %s: %s".formatted(what, reasons));
  }
}

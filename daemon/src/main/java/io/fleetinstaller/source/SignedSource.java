package io.fleetinstaller.source;

import static java.util.stream.Collectors.joining;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.trust.Untrusted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signed config from a repository: polls it, verifies, keeps. May be killed at any point; the last
 * config that was whole and verified is what {@link #stored} finds. Every refusal is one line of
 * the audit log. One thread polls; {@link #state} may be asked by any.
 */
public final class SignedSource implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SignedSource.class);

  private final Site site;
  private final Rhythm rhythm;
  private final PollClock clock;
  private final Mirrors mirrors;
  private final Repository repository;
  private final Contact contact;
  private volatile SourceState state;

  /** Reads nothing yet. */
  public SignedSource(SourceSettings settings, Site site) {
    this.site = site;
    this.rhythm = settings.rhythm();
    this.clock = new PollClock(rhythm, site.chance());
    this.mirrors = new Mirrors(settings, site);
    this.contact = new Contact(site, rhythm, clock);
    this.repository = new Repository(settings, site, contact);
    this.state = SourceState.none(site.time().elapsed());
  }

  /**
   * The last good config, verified again from the disk alone. To be called once, before the first
   * poll; the state then says when that is due.
   */
  public SourceState stored() throws InterruptedException {
    contact.read();
    Optional<Reason> problem = Optional.empty();
    try {
      repository.stored();
    } catch (Untrusted untrusted) {
      Audit.refused("this host's own disk", untrusted.refusal(), trusted());
      problem = Optional.of(untrusted.refusal().reason());
    } catch (Fault fault) {
      LOG.warn("{}; asking the mirrors for all of it", fault.getMessage());
      problem = Optional.of(fault.reason());
    }
    return become(problem, clock.first(repository.config().isPresent()));
  }

  /**
   * Asks the mirrors once. It does not fail: what went wrong is in the state, and the config is the
   * one that was in force before.
   */
  public SourceState poll() throws InterruptedException {
    Instant now = site.time().now();
    List<Failed> failed = new ArrayList<>();
    for (MirrorAddress address : mirrors.turns()) {
      Optional<Failed> failure = ask(address);
      if (failure.isEmpty()) {
        if (state.problem().isPresent()) {
          LOG.info("{} gives what can be verified again", address);
        }
        mirrors.good(address);
        contact.made(now);
        return polled(now, Optional.empty(), clock.afterSuccess());
      }
      mirrors.bad(address, failure.get().why(), failure.get().askedFor());
      failed.add(failure.get());
    }
    // The others are left alone meanwhile, if they asked for more.
    Duration askedFor =
        failed.stream().map(Failed::askedFor).min(Comparator.naturalOrder()).orElseThrow();
    return polled(now, Optional.of(together(failed)), clock.afterFailure(askedFor));
  }

  /** Forgets the latest time that was proven; what this person said is in the audit log. */
  public void forgetTime(String by) throws Fault {
    Audit.timeForgotten(by, repository.forgetTime());
  }

  /** What the last of these calls said. */
  public SourceState state() {
    return state;
  }

  /** Ends what is under way, also in another thread. */
  @Override
  public void close() {
    mirrors.close();
  }

  /** Why a mirror was of no use, and how long it wants to be left alone. */
  private record Failed(Reason why, Duration askedFor) {}

  private Optional<Failed> ask(MirrorAddress address) throws InterruptedException {
    Duration askedFor = Duration.ZERO;
    try {
      Mirror mirror = mirrors.at(address);
      mirror.begin();
      try {
        repository.refresh(mirror);
        return Optional.empty();
      } finally {
        askedFor = mirror.askedFor();
      }
    } catch (Untrusted untrusted) {
      repository.distrust();
      Audit.refused(address.toString(), untrusted.refusal(), trusted());
      return Optional.of(new Failed(untrusted.refusal().reason(), askedFor));
    } catch (Fault fault) {
      repository.distrust();
      tell(address, fault);
      return Optional.of(new Failed(fault.reason(), askedFor));
    }
  }

  // A mirror that stays away is told once, not at each poll.
  private void tell(MirrorAddress address, Fault fault) {
    if (Audit.refused(address.toString(), fault, trusted())) {
      return;
    }
    boolean known =
        state.badMirrors().stream()
            .anyMatch(bad ->
                bad.url().equals(address.toString()) && bad.why().code() == fault.reason().code());
    if (!known) {
      LOG.warn("{}; what was asked for before stays", fault.getMessage());
    }
  }

  private SortedMap<String, Long> trusted() {
    return repository.config().map(Config::versions).orElse(Collections.emptySortedMap());
  }

  private static Reason together(List<Failed> failed) {
    Reason first = failed.getFirst().why();
    if (failed.size() == 1) {
      return first;
    }
    return new Reason(
        first.code(),
        failed.stream().map(each -> each.why().sentence()).distinct().collect(joining("; ")));
  }

  private SourceState polled(Instant now, Optional<Reason> problem, Duration wait) {
    SourceState next = become(problem, wait);
    state =
        new SourceState(
            next.config(),
            next.problem(),
            next.stale(),
            next.badMirrors(),
            next.lastContact(),
            Optional.of(now),
            next.nextPoll());
    return state;
  }

  private SourceState become(Optional<Reason> problem, Duration wait) {
    state =
        new SourceState(
            repository.config().map(contact::capped),
            problem,
            stale(),
            mirrors.bad(),
            contact.last(),
            state.lastPoll(),
            site.time().elapsed().plus(wait));
    return state;
  }

  private Optional<Reason> stale() {
    Instant now = site.time().now();
    return contact
        .last()
        .filter(last -> last.plus(rhythm.staleAfter()).isBefore(now))
        .map(last ->
            new Reason(
                ReasonCode.SOURCE_STALE,
                ("no mirror has given what can be verified since %s; see to the network of this"
                        + " host and to the repository")
                    .formatted(last)));
  }
}

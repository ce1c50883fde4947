package io.fleetinstaller.daemon;

import io.fleetinstaller.desired.RemoteConfig;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.report.TrustedConfig;
import io.fleetinstaller.source.Config;
import io.fleetinstaller.source.SignedSource;
import io.fleetinstaller.source.Site;
import io.fleetinstaller.source.SourceSettings;
import io.fleetinstaller.source.SourceState;
import io.fleetinstaller.trust.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The signed source of the settings in use. Used by one thread at a time. */
final class SignedConfig implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SignedConfig.class);

  private final Site site;
  private final Runnable polled;
  private Optional<Open> open = Optional.empty();
  private Optional<Parsed> parsed = Optional.empty();

  /**
   * @param polled called whenever a poll that nobody waits for is over, by another thread
   */
  SignedConfig(Site site, Runnable polled) {
    this.site = site;
    this.polled = polled;
  }

  private record Open(SourceSettings settings, Poller poller) {}

  /**
   * Documents are parsed once, however often new metadata vouches for them, and their digest is
   * taken once of each config.
   */
  private record Parsed(
      Config config, Digest identity, SourceSettings settings, RemoteConfig documents) {}

  Source.State look(Settings settings, boolean now) throws InterruptedException {
    Open source = open(settings.signedSource().orElseThrow());
    if (now) {
      source.poller().poll();
    } else {
      source.poller().pollWhenDue(site.time().elapsed());
    }
    return state(source);
  }

  /** What is known by now, without another poll; empty when no signed source is followed. */
  Optional<Source.State> state() {
    return open.map(this::state);
  }

  private Open open(SourceSettings settings) throws InterruptedException {
    Optional<Open> known = open.filter(one -> one.settings().equals(settings));
    if (known.isPresent()) {
      return known.get();
    }
    close();
    Open opened = new Open(settings, new Poller(new SignedSource(settings, site), polled));
    open = Optional.of(opened);
    return opened;
  }

  void forgetTime(String by) throws Fault, InterruptedException {
    if (open.isEmpty()) {
      throw new Fault.Refused(
          ReasonCode.BAD_REQUEST, "cannot reset the clock: this host follows no signed config");
    }
    open.get().poller().forgetTime(by);
  }

  Duration untilNextPoll(Duration interval) {
    return open.map(one -> one.poller().untilNextPoll(site.time().elapsed(), interval))
        .orElse(interval);
  }

  private Source.State state(Open source) {
    SourceState state = source.poller().state();
    if (state.config().isEmpty()) {
      Asked nothing = new Asked.File(Map.of());
      return new Source.State(nothing, state.lastContact(), state.problem(), Optional.empty());
    }
    Config config = state.config().get();
    Parsed documents = parsed(source.settings(), config);
    Optional<Reason> error =
        config.expired(site.time().now()).map(Refusal::reason).or(state::problem).or(state::stale);
    return new Source.State(
        new Asked.Signed(config, documents.documents()),
        state.lastContact(),
        error,
        Optional.of(trusted(config, documents.documents(), state)));
  }

  private Parsed parsed(SourceSettings settings, Config config) {
    Optional<Parsed> known = parsed.filter(one -> one.settings().equals(settings));
    if (known.filter(one -> one.config().equals(config)).isPresent()) {
      return known.get();
    }
    Digest identity = config.identity();
    RemoteConfig documents =
        known
            .filter(one -> one.identity().equals(identity))
            .map(Parsed::documents)
            .orElseGet(() -> parse(settings, config));
    parsed = Optional.of(new Parsed(config, identity, settings, documents));
    return parsed.get();
  }

  private static RemoteConfig parse(SourceSettings settings, Config config) {
    RemoteConfig documents =
        RemoteConfig.of(config.documents(), settings.channels(), settings.groups());
    documents.problems().values().forEach(bad -> LOG.warn("{}", bad.sentence()));
    LOG.info("signed config deploys {}", documents.deployed());
    return documents;
  }

  private TrustedConfig trusted(Config config, RemoteConfig documents, SourceState state) {
    Instant now = site.time().now();
    return new TrustedConfig(
        config.versions(),
        config.validUntil(),
        config.provenTime(),
        state.lastContact(),
        Stream.of(documents.problems(), config.refused(now))
            .flatMap(problems -> problems.values().stream())
            .toList(),
        state.badMirrors().stream()
            .map(bad -> new TrustedConfig.BadMirror(bad.url(), bad.why(), bad.at()))
            .toList());
  }

  @Override
  public void close() {
    open.ifPresent(one -> one.poller().close());
    open = Optional.empty();
  }
}

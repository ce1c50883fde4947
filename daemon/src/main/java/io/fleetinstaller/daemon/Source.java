package io.fleetinstaller.daemon;

import io.fleetinstaller.daemon.Settings.From;
import io.fleetinstaller.desired.Circumstances;
import io.fleetinstaller.desired.DesiredFile;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.report.TrustedConfig;
import io.fleetinstaller.source.Site;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is asked for from outside: the newest that was good. One thread looks, any may ask. */
final class Source implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Source.class);
  private static final Asked NOTHING = new Asked.File(Map.of());

  private final Time time;
  private final String owner;
  private final SignedConfig signed;
  private volatile State state =
      new State(NOTHING, Optional.empty(), Optional.empty(), Optional.empty());

  private volatile boolean looked;
  private Optional<DesiredFile> followed = Optional.empty();

  /**
   * @param owner the daemon's own user
   * @param polled called whenever a poll that nobody waits for is over, by another thread
   */
  Source(Site site, String owner, Runnable polled) {
    this.time = site.time();
    this.owner = owner;
    this.signed = new SignedConfig(site, polled);
  }

  /**
   * What was read last.
   *
   * @param error why the newest is not in use
   * @param trusted what a signed source proved
   */
  record State(
      Asked asked,
      Optional<Instant> lastGood,
      Optional<Reason> error,
      Optional<TrustedConfig> trusted) {}

  State state() {
    return state;
  }

  /** Whether nobody has looked yet since the start: then nobody knows what is asked for. */
  boolean isUnasked() {
    return !looked;
  }

  /** What this host should have, by the config in force. */
  Map<PackageName, Desired> wishes(Circumstances circumstances) {
    return state.asked().wishes(circumstances);
  }

  /**
   * Looks again. What is bad changes nothing of what is asked for, and is told.
   *
   * @param now whether a signed source is polled also before its time
   */
  void look(Settings settings, boolean now) throws InterruptedException {
    switch (settings.source()) {
      case From.Nowhere _ -> {
        signed.close();
        state = new State(NOTHING, Optional.empty(), Optional.empty(), Optional.empty());
      }
      case From.DesiredFile(Path file) -> {
        signed.close();
        read(file, settings);
      }
      case From.Signed _ -> state = signed.look(settings, now);
    }
    looked = true;
  }

  /**
   * Takes in what a poll brought that was begun by a look.
   *
   * @return whether another look is worth it
   */
  boolean polled() {
    State before = state;
    signed.state().ifPresent(polled -> state = polled);
    return !state.asked().equals(before.asked()) || !state.error().equals(before.error());
  }

  /** Forgets the latest time that signed config proved: a person says that the clock was ahead. */
  void forgetTime(String by) throws Fault, InterruptedException {
    signed.forgetTime(by);
  }

  /** How long a look may be put off. */
  Duration untilNextPoll(Settings settings) {
    Duration interval = settings.poll().interval();
    return settings.source() instanceof From.Signed ? signed.untilNextPoll(interval) : interval;
  }

  private void read(Path file, Settings settings) {
    try {
      refuseBesideTrust(file, settings);
      DesiredFile desired =
          followed
              .filter(one -> one.isOf(file))
              .orElseGet(() -> new DesiredFile(file, owner, time));
      followed = Optional.of(desired);
      Asked asked = new Asked.File(desired.read());
      if (!asked.equals(state.asked()) || state.error().isPresent()) {
        LOG.info("{} asks for {}", file, asked.names());
      }
      state = new State(asked, Optional.of(time.now()), Optional.empty(), Optional.empty());
    } catch (Fault fault) {
      if (!Optional.of(fault.reason()).equals(state.error())) {
        LOG.warn("{}; what was asked for before stays", fault.getMessage());
      }
      state =
          new State(state.asked(), state.lastGood(), Optional.of(fault.reason()), Optional.empty());
    }
  }

  // Whoever installed a trust root wants nothing unsigned to run by a slip of the settings.
  private static void refuseBesideTrust(Path file, Settings settings) throws Fault.Refused {
    if (settings.paths().anchored() && !settings.allowUnsigned()) {
      throw new Fault.Refused(
          ReasonCode.UNSIGNED,
          "cannot follow desired file %s: it is not signed, and this host has, or had, a trust root at %s; set source.url, or allowUnsigned: true"
              .formatted(file, settings.paths().trustRoot()));
    }
  }

  @Override
  public void close() {
    signed.close();
  }
}

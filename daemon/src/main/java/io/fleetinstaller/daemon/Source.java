package io.fleetinstaller.daemon;

import io.fleetinstaller.daemon.Settings.From;
import io.fleetinstaller.desired.DesiredFile;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is asked for from outside: the newest desired file that was good. Thread-safe. */
final class Source {
  private static final Logger LOG = LoggerFactory.getLogger(Source.class);

  private final Time time;
  private final String owner;
  private volatile State state = new State(Map.of(), Optional.empty(), Optional.empty());

  /**
   * @param owner the daemon's own user
   */
  Source(Time time, String owner) {
    this.time = time;
    this.owner = owner;
  }

  /**
   * What was read last.
   *
   * @param error why the newest document is not in use
   */
  record State(
      Map<PackageName, Desired> asked, Optional<Instant> lastGood, Optional<Reason> error) {}

  State state() {
    return state;
  }

  Optional<Desired> asked(PackageName name) {
    return Optional.ofNullable(state.asked().get(name));
  }

  /** Looks again. A bad document changes nothing of what is asked for, and says so. */
  void look(From from) {
    switch (from) {
      case From.DesiredFile(Path file) -> read(file);
      case From.Nowhere _, From.Repository _, From.Bundle _ ->
          state = new State(Map.of(), Optional.empty(), Optional.empty());
    }
  }

  private void read(Path file) {
    try {
      Map<PackageName, Desired> asked = new DesiredFile(file, owner).read();
      if (!asked.equals(state.asked()) || state.error().isPresent()) {
        LOG.info("{} asks for {}", file, asked.keySet());
      }
      state = new State(asked, Optional.of(time.now()), Optional.empty());
    } catch (Fault fault) {
      if (!Optional.of(fault.reason()).equals(state.error())) {
        LOG.warn("{}; what was asked for before stays", fault.getMessage());
      }
      state = new State(state.asked(), state.lastGood(), Optional.of(fault.reason()));
    }
  }
}

package io.fleetinstaller.daemon;

import io.fleetinstaller.io.LastRead;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The settings in use: the newest that were good. Thread-safe. */
final class LiveSettings {
  private static final Logger LOG = LoggerFactory.getLogger(LiveSettings.class);

  private final Path file;
  private final Time time;
  private final LastRead read;
  private volatile State state;

  /** Reads them for the first time; without good settings no daemon starts. */
  LiveSettings(Path file, boolean mayBeMissing, Time time) throws Fault {
    this.file = file.toAbsolutePath();
    this.time = time;
    this.read = new LastRead(file, time);
    this.state = new State(SettingsFile.read(file, mayBeMissing), time.now(), Optional.empty());
  }

  /**
   * What was read last.
   *
   * @param error why the newest file is not in use
   */
  record State(Settings settings, Instant lastGood, Optional<Reason> error) {}

  Path file() {
    return file;
  }

  State state() {
    return state;
  }

  Settings now() {
    return state.settings();
  }

  /** Looks again. A bad file changes nothing, and says so, as does one with nothing in it. */
  void look() {
    try {
      boolean same = read.isStill() && state.error().isEmpty();
      Settings found = same ? now() : newest();
      if (!found.equals(now())) {
        LOG.info("using the changed settings of {}", file);
        warnOfRestart(found);
      }
      state = new State(found, time.now(), Optional.empty());
    } catch (Fault fault) {
      if (!Optional.of(fault.reason()).equals(state.error())) {
        LOG.warn("{}; the settings of {} stay in use", fault.getMessage(), state.lastGood());
      }
      state = new State(now(), state.lastGood(), Optional.of(fault.reason()));
    }
  }

  /** Whoever writes a file in place empties it first; it must not count as settings until then. */
  private Settings newest() throws Fault {
    Optional<Settings> written = SettingsFile.written(file);
    if (written.isEmpty() && !now().equals(Settings.DEFAULT)) {
      throw new Refused(
          ReasonCode.BAD_SETTINGS,
          "settings %s: the file is empty or gone; the defaults are {}".formatted(file));
    }
    return written.orElse(Settings.DEFAULT);
  }

  private void warnOfRestart(Settings found) {
    if (!found.paths().equals(now().paths())) {
      LOG.warn("changed paths take effect when the daemon is started again");
    }
  }
}

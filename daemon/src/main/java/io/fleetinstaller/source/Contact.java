package io.fleetinstaller.source;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Transient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a mirror last answered well, and from when the config that it gave may be acted on; kept
 * over restarts. Used by the thread that polls.
 */
final class Contact {
  private static final Logger LOG = LoggerFactory.getLogger(Contact.class);

  /** It is written no more often than this, to spare the disk. */
  private static final Duration GRAIN = Duration.ofHours(1);

  private final Site site;
  private final Path folder;
  private final Rhythm rhythm;
  private final PollClock clock;
  private Notes notes = Notes.NONE;
  private Optional<Instant> last = Optional.empty();

  Contact(Site site, Rhythm rhythm, PollClock clock) {
    this.site = site;
    this.folder = site.state().resolve("source");
    this.rhythm = rhythm;
    this.clock = clock;
  }

  void read() {
    notes = Notes.read(folder, site.disk());
    last = Optional.ofNullable(notes.lastContact());
  }

  Optional<Instant> last() {
    return last;
  }

  void made(Instant now) {
    last = Optional.of(now);
    Instant written = notes.lastContact();
    if (written == null || Duration.between(written, now).abs().compareTo(GRAIN) >= 0) {
      notes = new Notes(now, notes.config(), notes.actFrom());
      try {
        notes.write(folder, site.disk());
      } catch (Transient fault) {
        LOG.warn("{}; after a restart this contact is forgotten", fault.getMessage());
      }
    }
  }

  /**
   * When these documents may be acted on. Written before they are in force, so that a restart does
   * not shorten the wait. The first that a host ever sees wait for nothing.
   */
  Instant actFrom(Digest config) throws Transient {
    if (config.equals(notes.config())) {
      return notes.actFrom();
    }
    Instant from = notes.config() == null ? Instant.EPOCH : site.time().now().plus(clock.holdOff());
    notes = new Notes(notes.lastContact(), config, from);
    notes.write(folder, site.disk());
    return from;
  }

  /** When documents that were in force before may be acted on. */
  Instant known(Digest config) {
    return config.equals(notes.config()) ? notes.actFrom() : Instant.EPOCH;
  }

  /** The same config; a clock that was set back does not make the wait longer. */
  Config capped(Config config) {
    Instant latest = site.time().now().plus(rhythm.holdOff());
    return config.actFrom().isAfter(latest) ? config.from(latest) : config;
  }
}

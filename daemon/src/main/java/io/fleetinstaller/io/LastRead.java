package io.fleetinstaller.io;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Whether a file is still the one that was read last, so that who looks every minute need not read
 * it each time: by the number, size and times of what its links lead to. One that has just been
 * written to may be again within the same tick of its disk's clock, and counts as another. Not
 * thread-safe.
 */
public final class LastRead {
  private static final Duration TICK = Duration.ofSeconds(2);

  private final Path file;
  private final Time time;
  private Optional<Stamp> last = Optional.empty();

  public LastRead(Path file, Time time) {
    this.file = file;
    this.time = time;
  }

  /** Whether it is the one of the last call. To be asked before each reading. */
  public boolean isStill() {
    Optional<Stamp> now =
        Stamp.ofTarget(file).filter(stamp -> stamp.changed().isBefore(time.now().minus(TICK)));
    boolean same = now.isPresent() && now.equals(last);
    last = now;
    return same;
  }
}

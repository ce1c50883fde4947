package io.fleetinstaller.io;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A held flock(2), the lock that shells take with flock(1). Java's own file locks are those of
 * fcntl(2), which exclude nobody who uses this one. The kernel gives it back when the process ends.
 * Not reentrant: whoever takes it twice waits for itself.
 */
public final class Flock implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final OptionalInt descriptor;

  private Flock(OptionalInt descriptor) {
    this.descriptor = descriptor;
  }

  /** Holds no lock. */
  public static Flock ofNothing() {
    return new Flock(OptionalInt.empty());
  }

  /**
   * Waits until nobody else holds the lock of this file, however long. Locks nothing where {@link
   * Native#serves} says no.
   *
   * @throws IOException when the file is not there or cannot be opened
   */
  public static Flock take(Path file, Time time) throws IOException, InterruptedException {
    if (!Native.serves(file)) {
      return ofNothing();
    }
    int descriptor = Native.openToLock(file);
    boolean taken = false;
    try {
      while (!Native.flock(descriptor, file)) {
        time.sleep(PAUSE);
      }
      taken = true;
      return new Flock(OptionalInt.of(descriptor));
    } finally {
      if (!taken) {
        Native.close(descriptor);
      }
    }
  }

  /**
   * The lock of this file or folder, if nobody else holds it now. Locks nothing where {@link
   * Native#serves} says no.
   *
   * @throws IOException when it is not there, cannot be opened, or its disk knows no locks
   */
  public static Optional<Flock> tryTake(Path file) throws IOException {
    if (!Native.serves(file)) {
      return Optional.of(ofNothing());
    }
    int descriptor = Native.openToLock(file);
    boolean taken = false;
    try {
      taken = Native.flock(descriptor, file);
      return taken ? Optional.of(new Flock(OptionalInt.of(descriptor))) : Optional.empty();
    } finally {
      if (!taken) {
        Native.close(descriptor);
      }
    }
  }

  @Override
  public void close() {
    descriptor.ifPresent(Native::close);
  }
}

package io.fleetinstaller.source;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.trust.Remote;
import java.time.Duration;
import java.util.Optional;

/** One copy of a repository. It may answer anything: whoever asks verifies. */
interface Mirror extends Remote {
  /** Where it is, for people. */
  String address();

  /**
   * The bytes of one file; empty if they are still those that the validator was given with.
   *
   * @param path as {@link Remote#fetch} takes it
   * @param maxBytes more are not read
   */
  Latest latest(String path, long maxBytes, Validator validator)
      throws Failure, InterruptedException;

  /** A file's bytes, unless they are known, and what to call them when asking again. */
  record Latest(Optional<byte[]> bytes, Validator validator) {}

  @Override
  default byte[] fetch(String path, long maxBytes) throws Fault, InterruptedException {
    try {
      Latest latest = latest(path, maxBytes, Validator.NONE);
      return latest.bytes().orElseThrow(() -> new IllegalStateException(path + " is not known"));
    } catch (Failure failure) {
      throw fault(path, failure);
    }
  }

  /** A poll begins: from now on all that is asked together must be there in time. */
  default void begin() {}

  /** How much later than now it wants to be asked again, said by its last answer; zero: nothing. */
  default Duration askedFor() {
    return Duration.ZERO;
  }

  /** The failure as a fault that names the file and the mirror. */
  default Fault fault(String path, Failure failure) {
    return failure.asFault("cannot get %s from %s: %s".formatted(path, address(), failure.why()));
  }
}

package io.fleetinstaller.data;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.Locale;

/** What is said when data cannot be kept or brought back. */
final class Trouble {
  private Trouble() {}

  /** Something done to a directory of data. */
  @FunctionalInterface
  interface Deed<T> {
    T run() throws IOException, Fault;
  }

  /** Does it; what goes wrong becomes a fault that says what was being done. */
  static <T> T in(String doing, Path data, Deed<T> deed) throws Fault, InterruptedException {
    try {
      return deed.run();
    } catch (ClosedByInterruptException | InterruptedIOException e) {
      boolean _ = Thread.interrupted();
      throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      String low = why.toLowerCase(Locale.ROOT);
      boolean full = low.contains("no space left") || low.contains("quota exceeded");
      throw new Fault.Transient(
          full ? ReasonCode.DISK_FULL : ReasonCode.IO_ERROR,
          "cannot %s %s: %s".formatted(doing, data, why));
    }
  }

  static Fault.Refused refused(ReasonCode code, Path data, String why) {
    return new Fault.Refused(code, "cannot keep the data in %s: %s".formatted(data, why));
  }
}

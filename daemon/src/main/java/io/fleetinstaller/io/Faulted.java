package io.fleetinstaller.io;

import io.fleetinstaller.release.Fault;
import java.io.IOException;
import java.util.Optional;

/**
 * A {@link Fault} on its way through an interface that lets only {@link IOException} pass, such as
 * an {@link java.io.InputStream}. Whoever reads the stream throws the fault itself again.
 */
public final class Faulted extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Fault fault;

  public Faulted(Fault fault) {
    super(fault.getMessage(), fault);
    this.fault = fault;
  }

  /** The fault that this exception, or whatever caused it, carries. */
  public static Optional<Fault> in(Throwable thrown) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof Faulted faulted) {
        return Optional.of(faulted.fault);
      }
    }
    return Optional.empty();
  }
}

package io.fleetinstaller.http;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;

/**
 * Why a server did not give what it was asked for. It becomes a {@link Fault} only when no other
 * server and no further try helps.
 */
public final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  private final ReasonCode code;
  private final boolean passing;
  private final Duration retryAfter;

  private Failure(ReasonCode code, boolean passing, String why, Duration retryAfter) {
    super(why);
    this.code = code;
    this.passing = passing;
    this.retryAfter = retryAfter;
  }

  /** It may be gone at the next try. */
  public static Failure passing(ReasonCode code, String why) {
    return new Failure(code, true, why, Duration.ZERO);
  }

  /** It may be gone at the next try, which the other side wants to be so much later. */
  public static Failure passing(ReasonCode code, String why, Duration retryAfter) {
    return new Failure(code, true, why, retryAfter);
  }

  /** Asking the same server again gives the same. */
  public static Failure lasting(ReasonCode code, String why) {
    return new Failure(code, false, why, Duration.ZERO);
  }

  /** A file that holds what was asked for cannot be read; this host's own disk is not meant. */
  public static Failure unreadable(String why, IOException e) {
    return e instanceof AccessDeniedException
        ? lasting(ReasonCode.AUTH_FAILED, why)
        : lasting(ReasonCode.REGISTRY_ERROR, why);
  }

  /** What it means that reading an answer ended in this. */
  public static Failure whileReading(IOException e) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while reading an answer");
    }
    if (e.getCause() instanceof Failure failure) {
      return failure;
    }
    return e instanceof InterruptedIOException
        ? passing(ReasonCode.TOO_SLOW, "its answer did not end in time")
        : passing(
            ReasonCode.TRANSFER_BROKEN, "its answer broke off (%s)".formatted(e.getMessage()));
  }

  public ReasonCode code() {
    return code;
  }

  public boolean isPassing() {
    return passing;
  }

  public Duration retryAfter() {
    return retryAfter;
  }

  public String why() {
    return String.valueOf(getMessage());
  }

  /** The same as a fault: what passes is transient, what only a person can mend is broken. */
  public Fault asFault(String sentence) {
    Reason reason = new Reason(code, sentence);
    if (passing) {
      return new Fault.Transient(reason);
    }
    return switch (code) {
      case AUTH_FAILED, TLS_FAILED, PROXY_FAILED, BAD_SETTINGS, IO_ERROR ->
          new Fault.Broken(reason);
      case ReasonCode _ -> new Fault.Refused(reason);
    };
  }
}

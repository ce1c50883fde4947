package io.fleetinstaller.trust;

import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Why something was not believed, with the values that disagreed. */
public sealed interface Refusal {

  /** The stable code and a sentence for people. */
  Reason reason();

  /**
   * True if the signers of one role are at fault, so that only what it may speak about is lost.
   * Wrong bytes are the mirror's doing.
   */
  default boolean costsOnlyItsRole() {
    return switch (this) {
      case Expired _, ThresholdNotMet _, UnknownRole _, StoreCorrupt _ -> true;
      case Rollback _,
          Vanished _,
          HashMismatch _,
          LengthMismatch _,
          TooMuch _,
          VersionMismatch _,
          UnknownTarget _,
          Malformed _ ->
          false;
    };
  }

  /** Its time is over: {@code expires <= now}. */
  record Expired(String role, long version, Instant expires, Instant now) implements Refusal {
    @Override
    public Reason reason() {
      return new Reason(
          ReasonCode.METADATA_EXPIRED,
          "cannot trust %s %d: it expired at %s and it is %s; is the clock right, and is the"
                  .formatted(role, version, expires, now.truncatedTo(ChronoUnit.SECONDS))
              + " repository still signed?");
    }
  }

  /** Older than what was already seen. */
  record Rollback(String role, long version, long trusted) implements Refusal {
    @Override
    public Reason reason() {
      return new Reason(
          ReasonCode.METADATA_ROLLBACK,
          "cannot trust %s %d: version %d was already seen; is the mirror stale?"
              .formatted(role, version, trusted));
    }
  }

  /** A role that an earlier snapshot listed is gone. */
  record Vanished(String role, long trusted) implements Refusal {
    @Override
    public Reason reason() {
      return new Reason(
          ReasonCode.METADATA_ROLLBACK,
          "cannot trust the snapshot: it lists no %s, of which version %d was already seen"
              .formatted(role, trusted));
    }
  }

  /** Too few keys that may sign the role have signed it. */
  record ThresholdNotMet(String role, int valid, long threshold) implements Refusal {
    @Override
    public Reason reason() {
      return new Reason(
          ReasonCode.BAD_SIGNATURE,
          "cannot trust %s: %d of its keys signed it and %d must; is it signed for this host's root?"
              .formatted(role, valid, threshold));
    }
  }

  /** Other bytes than those that were signed for. */
  record HashMismatch(String what, String algorithm, String expected, String found)
      implements Refusal {
    @Override
    public Reason reason() {
      return new Reason(
          ReasonCode.DIGEST_MISMATCH,
          "cannot trust %s: its %s is %s, signed was %s"
              .formatted(what, algorithm, found, expected));
    }
  }

  /** More or fewer bytes than were signed for, or more than is ever read. */
  record LengthMismatch(String what, long expected, long found) implements Refusal {
    @Override
    public Reason reason() {
      return new Reason(
          ReasonCode.SIZE_MISMATCH,
          "cannot trust %s: it has %d bytes, signed were %d".formatted(what, found, expected));
    }
  }

  /** More than this host reads, follows or keeps. */
  record TooMuch(String what, long found, long most) implements Refusal {
    @Override
    public Reason reason() {
      return new Reason(
          ReasonCode.TOO_LARGE,
          "cannot trust %s: %d are more than the %d allowed".formatted(what, found, most));
    }
  }

  /** Another version than the one that was announced. */
  record VersionMismatch(String role, long expected, long found) implements Refusal {
    @Override
    public Reason reason() {
      return new Reason(
          ReasonCode.METADATA_MISMATCH,
          "cannot trust %s %d: version %d was announced; is the mirror being changed?"
              .formatted(role, found, expected));
    }
  }

  /** No role that is trusted with it vouches for this target. */
  record UnknownTarget(String path) implements Refusal {
    @Override
    public Reason reason() {
      return new Reason(
          ReasonCode.NOT_FOUND, "cannot find target %s: no trusted role lists it".formatted(path));
    }
  }

  /** A role that is needed is not listed where it must be. */
  record UnknownRole(String role, String by) implements Refusal {
    @Override
    public Reason reason() {
      return new Reason(
          ReasonCode.METADATA_MISMATCH,
          "cannot trust %s: the %s does not list it".formatted(role, by));
    }
  }

  /** Not what the specification allows, or beyond this host's limits on its form. */
  record Malformed(String what, String why) implements Refusal {
    @Override
    public Reason reason() {
      return new Reason(ReasonCode.MALFORMED, "cannot read %s: %s".formatted(what, why));
    }
  }

  /** Our own files are damaged; the network can repair them. */
  record StoreCorrupt(String file, String why) implements Refusal {
    @Override
    public Reason reason() {
      return new Reason(
          ReasonCode.STATE_DAMAGED,
          "cannot use the stored %s: %s; the next poll fetches it anew".formatted(file, why));
    }
  }
}

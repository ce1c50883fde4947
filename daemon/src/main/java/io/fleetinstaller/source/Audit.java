package io.fleetinstaller.source;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.ReasonCode.Blame;
import io.fleetinstaller.trust.Refusal;
import java.time.Instant;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log of what was not believed: one line for each refusal, with the version that was seen
 * and the one that is trusted.
 */
final class Audit {
  private static final Logger LOG = LoggerFactory.getLogger("audit");
  private static final String NONE = "-";

  /**
   * The role that was looked at, and what of it was seen; empty where it is not about a version.
   */
  private record Seen(String role, String version) {}

  private Audit() {}

  static void refused(String mirror, Refusal refusal, SortedMap<String, Long> trusted) {
    Seen seen = seen(refusal);
    String known = trusted.containsKey(seen.role()) ? "" + trusted.get(seen.role()) : NONE;
    String floor = refusal instanceof Refusal.Rollback old ? "" + old.trusted() : known;
    line(mirror, refusal.reason(), seen, floor);
  }

  /**
   * A fault of a mirror, if it is one that an attacker would cause; false: it is the network's or
   * this host's own.
   */
  static boolean refused(String mirror, Fault fault, SortedMap<String, Long> trusted) {
    Reason reason = fault.reason();
    boolean ours = reason.code().blame() != Blame.CONTROL_PLANE;
    boolean failing = reason.code() == ReasonCode.SOURCE_ERROR && fault instanceof Fault.Transient;
    if (reason.code() != ReasonCode.TOO_SLOW && (ours || failing)) {
      return false;
    }
    String known = trusted.containsKey("timestamp") ? "" + trusted.get("timestamp") : NONE;
    line(mirror, reason, new Seen("timestamp", NONE), known);
    return true;
  }

  static void timeForgotten(String by, Instant proven) {
    LOG.atWarn()
        .addKeyValue("by", by)
        .addKeyValue("proven", proven)
        .log("the proven time is forgotten: somebody says that the clock had been ahead");
  }

  private static void line(String mirror, Reason reason, Seen seen, String trusted) {
    LOG.atWarn()
        .addKeyValue("code", reason.code().text())
        .addKeyValue("mirror", mirror)
        .addKeyValue("role", seen.role())
        .addKeyValue("seen", seen.version())
        .addKeyValue("trusted", trusted)
        .log("refused config from {}: {}", mirror, reason.sentence());
  }

  private static Seen seen(Refusal refusal) {
    return switch (refusal) {
      case Refusal.Expired expired -> new Seen(expired.role(), "" + expired.version());
      case Refusal.Rollback old -> new Seen(old.role(), "" + old.version());
      case Refusal.VersionMismatch other -> new Seen(other.role(), "" + other.found());
      case Refusal.ThresholdNotMet unsigned -> new Seen(unsigned.role(), NONE);
      case Refusal.Vanished gone -> new Seen(gone.role(), NONE);
      case Refusal.UnknownRole unknown -> new Seen(unknown.role(), NONE);
      case Refusal _ -> new Seen("timestamp", NONE);
    };
  }
}

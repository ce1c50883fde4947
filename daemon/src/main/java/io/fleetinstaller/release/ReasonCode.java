package io.fleetinstaller.release;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The stable codes of reasons. A code never changes its meaning; its text is its name in kebab
 * case.
 */
public enum ReasonCode {
  // what the candidate did: these revert
  EXITED(Blame.WORKLOAD),
  START_FAILED(Blame.WORKLOAD),
  START_TIMEOUT(Blame.WORKLOAD),
  NOT_RUNNING(Blame.WORKLOAD),
  RESTARTED(Blame.WORKLOAD),
  WRONG_COPY(Blame.WORKLOAD),
  PROBE_FAILED(Blame.WORKLOAD),
  NOT_STABLE(Blame.WORKLOAD),
  HOOK_FAILED(Blame.WORKLOAD),
  GUARD_FIRED(Blame.WORKLOAD),
  REHEARSAL_FAILED(Blame.WORKLOAD),
  // what the host or its network did
  DISK_FULL(Blame.ENVIRONMENT),
  IO_ERROR(Blame.ENVIRONMENT),
  DNS_FAILED(Blame.ENVIRONMENT),
  CONNECT_FAILED(Blame.ENVIRONMENT),
  TLS_FAILED(Blame.ENVIRONMENT),
  PROXY_FAILED(Blame.ENVIRONMENT),
  TRANSFER_BROKEN(Blame.ENVIRONMENT),
  TOO_SLOW(Blame.ENVIRONMENT),
  HOST_FAILED(Blame.ENVIRONMENT),
  WRONG_LABEL(Blame.ENVIRONMENT),
  INCONCLUSIVE(Blame.ENVIRONMENT),
  STOPPED_BY_PERSON(Blame.ENVIRONMENT),
  DAEMON_DOWN(Blame.ENVIRONMENT),
  // what the other side of the network did
  REGISTRY_ERROR(Blame.CONTROL_PLANE),
  AUTH_FAILED(Blame.CONTROL_PLANE),
  NOT_FOUND(Blame.CONTROL_PLANE),
  DIGEST_MISMATCH(Blame.CONTROL_PLANE),
  SIZE_MISMATCH(Blame.CONTROL_PLANE),
  TOO_LARGE(Blame.CONTROL_PLANE),
  MALFORMED(Blame.CONTROL_PLANE),
  DESCRIPTOR_MISMATCH(Blame.CONTROL_PLANE),
  PLATFORM_MISMATCH(Blame.CONTROL_PLANE),
  UNSAFE_ENTRY(Blame.CONTROL_PLANE),
  PRIVILEGE_REFUSED(Blame.CONTROL_PLANE),
  TOC_MISMATCH(Blame.CONTROL_PLANE),
  // what the signed config says, or fails to prove
  SOURCE_ERROR(Blame.CONTROL_PLANE),
  SOURCE_STALE(Blame.CONTROL_PLANE),
  BAD_SIGNATURE(Blame.CONTROL_PLANE),
  METADATA_EXPIRED(Blame.CONTROL_PLANE),
  METADATA_ROLLBACK(Blame.CONTROL_PLANE),
  METADATA_MISMATCH(Blame.CONTROL_PLANE),
  NOT_IN_CATALOG(Blame.CONTROL_PLANE),
  DEPLOYMENT_CONFLICT(Blame.CONTROL_PLANE),
  DEPLOYMENT_OVER(Blame.CONTROL_PLANE),
  PAUSED(Blame.CONTROL_PLANE),
  WAVE(Blame.CONTROL_PLANE),
  WINDOW(Blame.POLICY),
  HOLD_OFF(Blame.POLICY),
  AFTER_ANOTHER(Blame.CONTROL_PLANE),
  INSTALLER_TOO_OLD(Blame.CONTROL_PLANE),
  DOWNGRADE(Blame.POLICY),
  // what this host's own rules and people say
  CONFLICT(Blame.POLICY),
  HELD(Blame.POLICY),
  REMOTE_UPDATES_OFF(Blame.POLICY),
  DENIED(Blame.POLICY),
  OUT_OF_RANGE(Blame.POLICY),
  MANUAL_ONLY(Blame.POLICY),
  PINNED(Blame.POLICY),
  BACKOFF(Blame.POLICY),
  UNSIGNED(Blame.POLICY),
  INSECURE_FILE(Blame.POLICY),
  BAD_SETTINGS(Blame.POLICY),
  BAD_REQUEST(Blame.POLICY),
  FORBIDDEN(Blame.POLICY),
  BUSY(Blame.POLICY),
  OWN_TURN(Blame.POLICY),
  NOT_DESIRED(Blame.POLICY),
  UNKNOWN_PACKAGE(Blame.POLICY),
  NO_PREVIOUS(Blame.POLICY),
  NO_WAY_BACK(Blame.POLICY),
  POINT_OF_NO_RETURN(Blame.POLICY),
  UP_TO_DATE(Blame.POLICY),
  ASKED_FOR(Blame.POLICY),
  UNDER_WAY(Blame.POLICY),
  SUPERSEDED(Blame.POLICY),
  // what is wrong with our own state
  SLOT_DAMAGED(Blame.STATE),
  STATE_DAMAGED(Blame.STATE),
  STEP_KILLS_US(Blame.STATE),
  WAY_BACK_FAILED(Blame.STATE),
  BUG(Blame.STATE);

  /** Whose doing it was. Only {@link #WORKLOAD} reverts a trial. */
  public enum Blame {
    WORKLOAD,
    ENVIRONMENT,
    CONTROL_PLANE,
    POLICY,
    STATE
  }

  private final Blame blame;

  ReasonCode(Blame blame) {
    this.blame = blame;
  }

  public Blame blame() {
    return blame;
  }

  /**
   * Whether it is what a registry refuses to give, which it may give later: a mirror that is behind
   * lacks a release, a login is being renewed.
   */
  public boolean isWithheld() {
    return this == NOT_FOUND || this == AUTH_FAILED || this == REGISTRY_ERROR;
  }

  /** The code as it stands in documents and on the screen, e.g. {@code disk-full}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The code of this text; empty for one that a newer version may know. */
  public static Optional<ReasonCode> of(String text) {
    return Arrays.stream(values()).filter(code -> code.text().equals(text)).findFirst();
  }
}

package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Drafts what a role says once more: because its time or its keys change. */
public record Renewal(Workplace place) {

  /** The same, from now. */
  public Outcome renew(RoleName role) throws Fault {
    if (role.equals(RoleName.SNAPSHOT) || role.equals(RoleName.TIMESTAMP)) {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot draft %s: 'repo timestamp' and 'repo publish' make it".formatted(role));
    }
    place.change(role, statement -> statement);
    return Outcome.said("drafted %s, good until %s".formatted(role, place.next(role).expires()));
  }

  /** Drafts a role anew if the signatures it has no longer do. */
  Outcome resign(RoleName role) throws Fault {
    Optional<Sheet> sheet = place.current().sheet(role);
    boolean online = role.equals(RoleName.SNAPSHOT) || role.equals(RoleName.TIMESTAMP);
    if (online) {
      return Outcome.said(role + " is signed anew by 'repo publish'");
    }
    if (sheet.isEmpty()
        || place.current().drafts().containsKey(role)
        || sheet.get().satisfies(place.current().grant(role))) {
      return new Outcome(List.of(), Map.of());
    }
    place.change(role, statement -> statement);
    return Outcome.said(role + " must be signed anew: repo sign");
  }
}

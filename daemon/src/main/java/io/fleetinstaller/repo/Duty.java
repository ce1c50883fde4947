package io.fleetinstaller.repo;

import java.util.List;

/**
 * Somebody who must sign a sheet.
 *
 * @param whose in words, e.g. the root in force
 */
record Duty(RoleName role, String whose, Grant grant) {

  boolean done(Sheet sheet) {
    return sheet.satisfies(grant);
  }

  List<PublicPart> missing(Sheet sheet) {
    return sheet.missing(grant);
  }

  int outstanding(Sheet sheet) {
    return grant.threshold() - (grant.keys().size() - missing(sheet).size());
  }
}
